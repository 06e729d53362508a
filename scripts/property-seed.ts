import { configureGlobal } from 'fast-check';

/**
 * Property tests begin from one seed, so that a test fails for what was changed and not by chance. To look further:
 * `HANSARD_TEST_SEED=random npm test`, or the seed that a failure printed.
 */
const { HANSARD_TEST_SEED: given = '1' } = process.env;
if (given !== 'random') configureGlobal({ seed: Number(given) });
