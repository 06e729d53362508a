import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInTemplates, findTemplate } from '../templates.ts';
import { localMinutes, type Line } from './index.ts';

/** One line a row, as "Speaker: text", five seconds each. */
function transcript(text: string): Line[] {
  const rows = text.trim().split('\n');
  return rows.map((row, index) => {
    const [, speaker, said] = /^\s*([^:]+): (.*)$/.exec(row)!;
    return { id: `s${index + 1}`, speaker: speaker!, text: said!, startMs: index * 5000, endMs: index * 5000 + 4500 };
  });
}

/** A Wednesday. */
const startedAt = new Date(2026, 10, 18, 10).getTime();

const planning = transcript(`
  Ana: Okay, um, let's start. Today we want to plan the launch of the {vocalsound} new billing page.
  Ben: Sure. The the design is nearly done, I just need to finish the invoice table.
  Ana: Great. Could you send me the final mockups by Friday?
  Ben: Yes, will do.
  Carla: I'll write the migration script and, you know, test it on staging before next Tuesday.
  Ana: Thanks. Do we still support the old invoice format?
  Ben: I don't know, we need to ask the finance team.
  Ana: Okay. Carla, can you check with finance?
  Carla: Sure, I'll check with them tomorrow.
  Ana: We've decided to launch on the first of December.
  Ben: What does the new page cost us?
  Carla: It costs about two thousand Euro a month.
  Ana: Dave will prepare the help pages by the end of the month.
  Carla: How are we going to roll back if the migration fails?
  Ben: Good question.
  Ana: How are you all, by the way? Can you hear me?
`);

describe('local minutes', () => {
  it('finds who is to do what by when', async () => {
    const { actionItems } = await localMinutes(planning, { startedAt });
    expect(actionItems).toEqual([
      { text: 'Finish the invoice table.', owner: 'Ben', due: null, segmentIds: ['s2'] },
      { text: 'Send Ana the final mockups by Friday.', owner: 'Ben', due: '2026-11-20', segmentIds: ['s3', 's4'] },
      {
        text: 'Write the migration script and test it on staging before next Tuesday.',
        owner: 'Carla',
        due: '2026-11-24',
        segmentIds: ['s5'],
      },
      { text: 'Check with finance.', owner: 'Carla', due: '2026-11-19', segmentIds: ['s8', 's9'] },
      {
        text: 'Prepare the help pages by the end of the month.',
        owner: 'Dave',
        due: '2026-11-30',
        segmentIds: ['s13'],
      },
    ]);
  });

  it('leaves a due time in the words that were used where the day of the meeting is not known', async () => {
    const { actionItems } = await localMinutes(planning);
    expect(actionItems.map(({ due }) => due)).toEqual([
      null,
      'Friday',
      'next Tuesday',
      'tomorrow',
      'the end of the month',
    ]);
  });

  it('finds what was decided, and what was left open, but no small talk and nothing that was answered', async () => {
    const { decisions, openQuestions } = await localMinutes(planning, { startedAt });
    expect(decisions).toEqual([{ text: "We've decided to launch on the first of December.", segmentIds: ['s10'] }]);
    expect(openQuestions).toEqual([
      { text: 'Do we still support the old invoice format?', segmentIds: ['s6', 's7'] },
      { text: 'How are we going to roll back if the migration fails?', segmentIds: ['s14', 's15'] },
    ]);
  });

  it('takes a proposal that others agree to for a decision, and one that they do not for none', async () => {
    const proposal = 'Ana: We will go with the rubber buttons for the remote control.';
    const agreed = await localMinutes(transcript(`${proposal}\n Ben: Agreed.`));
    const open = await localMinutes(transcript(`${proposal}\n Ben: The plastic buttons are a lot cheaper than those.`));
    expect(agreed.decisions.map(({ segmentIds }) => segmentIds)).toEqual([['s1', 's2']]);
    expect(open.decisions).toEqual([]);
  });

  it('summarises in cleaned sentences, the purpose first', async () => {
    const { summary } = await localMinutes(planning);
    const texts = summary.map(({ text }) => text);
    expect(texts[0]).toBe('Today we want to plan the launch of the new billing page.');
    expect(texts).toContain("I'll write the migration script and test it on staging before next Tuesday.");
    expect(texts.join(' ')).not.toMatch(/\{|\bum\b|you know|the the/i);
  });

  it('makes do without punctuation, capitals and names', async () => {
    const lines = planning.map((line) => ({
      ...line,
      speaker: null,
      text: line.text.toLowerCase().replace(/[.,?]/g, ''),
    }));
    const minutes = await localMinutes(lines, { startedAt });
    expect(minutes.actionItems).toContainEqual(
      expect.objectContaining({ due: '2026-11-24', owner: null, segmentIds: ['s5'] }),
    );
    expect(minutes.openQuestions.map(({ segmentIds }) => segmentIds[0])).toContain('s14');
    expect(minutes.summary.length).toBeGreaterThan(2);
  });

  it('divides a meeting where its subject changes', async () => {
    const talk = (words: string, rows: number) =>
      Array.from(
        { length: rows },
        (_, row) => `Ana: The ${words} of the ${words.split(' ')[row % 3]} number ${row} matters.`,
      );
    const lines = transcript(
      [...talk('battery charger voltage', 60), ...talk('poster slogan printing', 60)].join('\n'),
    );
    const { topics } = await localMinutes(lines);
    expect(topics).toHaveLength(2);
    expect(topics[0]!.text.toLowerCase()).toContain('battery');
    expect(topics[1]!.text.toLowerCase()).toContain('poster');
    expect(Math.abs(topics[1]!.startMs - 60 * 5000)).toBeLessThanOrEqual(4 * 5000);
    expect(topics[1]!.endMs).toBe(lines.at(-1)!.endMs);
  });

  it('gives nothing for nothing, and one line for one line', async () => {
    expect(await localMinutes([])).toEqual({
      summary: [],
      actionItems: [],
      decisions: [],
      openQuestions: [],
      topics: [],
    });
    const one = await localMinutes(transcript('Ana: The cat is on the mat.'));
    expect(one.summary).toEqual([{ text: 'The cat is on the mat.', segmentIds: ['s1'] }]);
  });

  it('summarises other languages without reading English into them', async () => {
    const lines = transcript(`
      Anna: Heute geht es um den Umzug des Lagers nach Hamburg.
      Bernd: Der Umzug des Lagers kostet ungefähr zwanzigtausend Euro und dauert zwei Wochen.
      Anna: Die Miete in Hamburg ist niedriger als in Berlin, deshalb lohnt sich der Umzug trotzdem.
    `);
    const minutes = await localMinutes(lines);
    expect(minutes.summary.map(({ text }) => text)).toContain('Heute geht es um den Umzug des Lagers nach Hamburg.');
    expect(minutes.actionItems).toEqual([]);
  });

  it('makes the sections of the template only, and lets everybody have a say where it wants that', async () => {
    const standUp = findTemplate(builtInTemplates, 'stand-up');
    const round = ['Ana', 'Ben', 'Carla'].flatMap((name, person) =>
      Array.from(
        { length: person === 0 ? 12 : 2 },
        (_, row) => `${name}: Yesterday the importer number ${row} of customer data was finished and tested.`,
      ),
    );
    const minutes = await localMinutes(transcript(round.join('\n')), { template: standUp });
    expect(minutes.topics).toEqual([]);
    const speakers = new Set(minutes.summary.map(({ segmentIds }) => Math.floor(Number(segmentIds[0]!.slice(1)))));
    expect([...speakers].some((line) => line > 12 && line <= 14)).toBe(true);
    expect([...speakers].some((line) => line > 14)).toBe(true);
  });

  it('is the same each time', async () => {
    expect(await localMinutes(planning, { startedAt })).toEqual(await localMinutes(planning, { startedAt }));
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(localMinutes(planning, { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('cites lines that were given, whatever was said', async () => {
    const words = fc.constantFrom(
      'I’ll',
      'send',
      'Ana',
      'by',
      'friday',
      'we',
      'decided',
      '?',
      '.',
      '(',
      '{x}',
      'a',
      'the',
      'the',
      '12',
      'ß',
      '🙂',
      'why',
      '\\',
    );
    const said = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' ')),
    );
    const speaker = fc.option(fc.constantFrom('Ana', 'Ben (x', 'a.*+?[', ''), { nil: null });
    const lines = fc.array(fc.record({ speaker, text: said }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(lines, async (rows) => {
        const given = rows.map((row, index) => ({ ...row, id: `s${index}`, startMs: index, endMs: index + 1 }));
        const ids = new Set(given.map(({ id }) => id));
        const minutes = await localMinutes(given);
        for (const items of Object.values(minutes) as { text: string; segmentIds: string[] }[][]) {
          for (const { text, segmentIds } of items) {
            expect(text).not.toBe('');
            expect(segmentIds.length).toBeGreaterThan(0);
            expect(segmentIds.every((id) => ids.has(id))).toBe(true);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
