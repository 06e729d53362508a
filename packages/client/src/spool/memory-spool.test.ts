import { createMemorySpool } from './memory-spool.ts';
import { describeSpool } from './spool.contract-suite.ts';

describeSpool('memory spool', async (limits) => ({ spool: createMemorySpool(limits) }));
