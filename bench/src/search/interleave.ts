import { percentile, median } from '../report.ts';

/** Something that is asked again and again; `ask` gets the number of the question. */
export interface Side {
  name: string;
  ask(question: number): unknown;
}

export interface Timed {
  name: string;
  /** Medians over the rounds of each round's percentile, in µs. */
  p50: number;
  p99: number;
  /** The 99th percentile of all questions in which the process kept its core: in µs; NaN where there were none. */
  undisturbedP99: number;
  /** The share of questions in which the process lost its core to other work on the machine. */
  disturbed: number;
}

const warmUpQuestions = 200;

/** Asks every side the same questions, in rounds in which the sides take turns; another begins each round. */
export async function interleave(sides: readonly Side[], rounds: number, questions: number): Promise<Timed[]> {
  const perSide = sides.map(() => [] as Question[][]);
  for (const side of sides) for (let question = 0; question < warmUpQuestions; question++) await side.ask(question);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const index = (round + turn) % sides.length;
      perSide[index]!.push(await timeRound(sides[index]!, round * questions, questions));
    }
  }
  return sides.map(({ name }, index) => ({ name, ...summary(perSide[index]!) }));
}

interface Question {
  tookUs: number;
  disturbed: boolean;
}

async function timeRound({ ask }: Side, first: number, questions: number): Promise<Question[]> {
  const asked: Question[] = [];
  for (let question = first; question < first + questions; question++) {
    const before = process.resourceUsage().involuntaryContextSwitches;
    const began = performance.now();
    const answer = ask(question);
    if (answer instanceof Promise) await answer;
    const tookUs = (performance.now() - began) * 1000;
    asked.push({ tookUs, disturbed: process.resourceUsage().involuntaryContextSwitches !== before });
  }
  return asked;
}

function summary(rounds: readonly Question[][]): Omit<Timed, 'name'> {
  const ofRounds = (p: number) =>
    median(
      rounds.map((asked) =>
        percentile(
          asked.map(({ tookUs }) => tookUs),
          p,
        ),
      ),
    );
  const all = rounds.flat();
  const undisturbed = all.filter(({ disturbed }) => !disturbed).map(({ tookUs }) => tookUs);
  return {
    p50: ofRounds(0.5),
    p99: ofRounds(0.99),
    undisturbedP99: percentile(undisturbed, 0.99),
    disturbed: 1 - undisturbed.length / all.length,
  };
}

export function show(title: string, timed: readonly Timed[]): void {
  console.log(`# ${title}: µs p50 / p99 / p99 while the core was kept; its loss in %; ratio of p50 to the first`);
  for (const { name, p50, p99, undisturbedP99, disturbed } of timed) {
    const shown = [p50, p99, undisturbedP99].map((value) => value.toFixed(0).padStart(6)).join(' / ');
    const lost = (disturbed * 100).toFixed(1).padStart(5);
    console.log(`#   ${name.padEnd(24)} ${shown} ${lost} %   ${(p50 / timed[0]!.p50).toFixed(2)}`);
  }
}
