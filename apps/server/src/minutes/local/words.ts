import { stemmer } from 'stemmer';

/** Words of a text in lower case, without punctuation; inner apostrophes and hyphens stay. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*/gu) ?? []
  );
}

/** What of the words carries a topic, as stems: no function words, no talk about talking. */
export function contentStems(words: readonly string[], language: Language): string[] {
  return words.filter((word) => isContent(word, language)).map((word) => stemOf(word, language));
}

export function isContent(word: string, language: Language): boolean {
  return word.length > 2 && !language.stopWords.has(word) && !/^\d+$/.test(word);
}

export function stemOf(word: string, language: Language): string {
  if (!language.english) return word;
  let stem = language.stems.get(word);
  if (stem === undefined) {
    stem = stemmer(word.replace(/'s?$/, ''));
    language.stems.set(word, stem);
  }
  return stem;
}

export interface Language {
  /** English patterns (promises, decisions, fillers) apply. */
  english: boolean;
  stopWords: ReadonlySet<string>;
  /** Stems of the words met so far, so that each is worked out once for a transcript. */
  stems: Map<string, string>;
}

/** English by its function words; of any other language the words that stand in the most lines serve as stop words. */
export function* languageOf(lines: readonly string[]): Generator<number, Language> {
  let words = 0;
  let english = 0;
  const linesWith = new Map<string, number>();
  for (const [index, text] of lines.entries()) {
    if (index % 20 === 0) yield index / lines.length;
    const line = wordsOf(text);
    words += line.length;
    for (const word of line) if (commonEnglish.has(word)) english += 1;
    for (const word of new Set(line)) linesWith.set(word, (linesWith.get(word) ?? 0) + 1);
  }
  if (english >= words * englishShare) return { english: true, stopWords: englishStopWords, stems: new Map() };
  const common = [...linesWith].filter(
    ([word, count]) => count > Math.max(2, lines.length * commonShare) || word.length < 4,
  );
  return { english: false, stopWords: new Set(common.map(([word]) => word)), stems: new Map() };
}

/** In English speech well over a third of all words are among the commonest; elsewhere a few are by chance. */
const englishShare = 0.2;
const commonShare = 0.1;

const commonEnglish = new Set(
  "the a of to and in is it that you i we for on are with this be have was but not they so what if or as do just at can there like would will it's don't that's i'm".split(
    ' ',
  ),
);

const englishStopWords = new Set(
  `a about above across actually after afterwards again against ago ah all almost alone along already alright also although always
  am among an and another any anybody anyhow anyone anything anyway anyways anywhere are aren't around as ask asked asking at away
  back basically be became because become becomes been before began behind being below between bit both bring but by bye came can
  can't cannot cause certain certainly come comes coming could couldn't couple course cuz day days definitely did didn't different
  do does doesn't doing don't done down during each either else end enough er especially etc even ever every everybody everyone
  everything exactly except fact fair far feel few figure find fine first five for forward four from front full gave get gets getting
  give given gives giving go goes going gone gonna good got gotta great guess guy guys had hadn't half happen happened happening
  happens hard has hasn't have haven't having he he'd he'll he's hear heard hello her here here's hers herself hey hi him himself his
  hm hmm honestly hope how however huh hundred i i'd i'll i'm i've idea if important in indeed inside instead interesting into is
  isn't it it'd it'll it's its itself just keep kept kind kinda knew know known knows last late later least left less let let's like
  likely little long longer look looked looking looks lot lots made main mainly make makes making many matter may maybe me mean means
  meant meet meeting might mind mine minute minutes mm mm-hmm moment more most mostly move much must my myself name near necessarily
  need needed needs neither never new next nice no nobody none nor not nothing now number o'clock obviously of off often oh ok okay
  old on once one ones only onto open or order other others ought our ours ourselves out over own part particular particularly people
  perhaps person piece place please point points possible possibly pretty probably problem put puts question questions quick quickly
  quite rather ready real really reason remember right said same saw say saying says second see seem seemed seems seen sense set seven
  several shall she she'd she'll she's should shouldn't show side similar simply since six so some somebody somehow someone something
  sometimes somewhat somewhere soon sorry sort sounds start started starting still stuff such suppose supposed sure take taken takes
  taking talk talked talking tell ten terms than thank thanks that that'd that'll that's that've the their theirs them themselves then there
  there'd there'll there's there've therefore these they they'd they'll they're they've thing things think thinking third this those
  though thought thousand three through thus time times to today together told tomorrow too took top totally tried try trying turn
  two type uh uh-huh um under understand unless until up upon us use used uses using usually various very want wanted wants was
  wasn't way ways we we'd we'll we're we've week weeks well went were weren't what what'll what's whatever when when's where where's
  whereas wherever whether which while who who'll who's whoever whole whom whose why will wish with within without won't wonder
  word words work worked working works would wouldn't wrong yeah year years yep yes yesterday yet you you'd you'll you're you've
  your yours yourself yourselves`.split(/\s+/),
);
