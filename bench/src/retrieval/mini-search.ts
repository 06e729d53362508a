import MiniSearch from 'minisearch';
import { depth } from './judge.ts';

interface Indexed {
  heading: string;
  text: string;
}

/** MiniSearch over the same passages: as it comes, and with the fuzziness that its documentation shows. */
export function miniSearches<T extends Indexed>(passages: readonly T[]): Record<'mini' | 'fuzzy', (q: string) => T[]> {
  const index = new MiniSearch<Indexed & { id: number }>({ fields: ['heading', 'text'] });
  index.addAll(passages.map(({ heading, text }, id) => ({ id, heading, text })));
  const asked = (options: { fuzzy?: number; prefix?: boolean }) => (question: string) =>
    index
      .search(question, options)
      .slice(0, depth)
      .map(({ id }) => passages[id as number]!);
  return { mini: asked({}), fuzzy: asked({ fuzzy: 0.2, prefix: true }) };
}
