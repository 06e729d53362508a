import { choosePassages, createPassageCutter, passageLimits } from '@hansard/server/passages';
import { sectionsOfBook } from './book.ts';

interface Coverage {
  /** Share of the sections of which there is a passage. */
  sections: number;
  /** Share of the words that are in one. */
  words: number;
}

/** What 500 passages of a long book cover: as they are chosen, and the first 500. */
export function measureCoverage(pages: number): { found: number; chosen: Coverage; first: Coverage } {
  const cutter = createPassageCutter();
  for (const { title, lines } of sectionsOfBook(pages)) {
    cutter.heading(1, title, 0);
    cutter.paragraph(lines.join(' '), 0);
  }
  const all = cutter.finish();
  const count = (passages: typeof all) => ({
    sections: new Set(passages.map(({ heading }) => heading)).size,
    words: new Set(passages.flatMap(({ text }) => text.toLowerCase().match(/\p{L}{3,}/gu) ?? [])).size,
  });
  const whole = count(all);
  const share = (passages: typeof all) => {
    const { sections, words } = count(passages);
    return { sections: sections / whole.sections, words: words / whole.words };
  };
  return {
    found: all.length,
    chosen: share(choosePassages(all, passageLimits.maxPassages)),
    first: share(all.slice(0, passageLimits.maxPassages)),
  };
}
