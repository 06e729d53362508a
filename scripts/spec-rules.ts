import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Rules of every `SPEC.md` (`**U1**`) that no test beside it cites (`[U1]`), as `path: U1`. */
export function uncitedRules(root: string): string[] {
  const specs = globSync('{packages,apps}/*/src/**/SPEC.md', { cwd: root });
  return specs.flatMap((spec) => {
    const rules = [...readFileSync(join(root, spec), 'utf8').matchAll(/\*\*([A-Z]+\d+)\*\*/g)].map(
      (match) => match[1]!,
    );
    const tests = globSync(join(dirname(spec), '**/*.{test,contract-suite}.ts'), { cwd: root });
    const text = tests.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    return rules.filter((rule) => !text.includes(`[${rule}]`)).map((rule) => `${spec}: ${rule}`);
  });
}
