import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';

/** Sentences of everyday meetings, spoken by a synthetic voice that the recogniser was not tuned to. */
const sentences = [
  'The meeting is about the plan for the next three months.',
  'We have to finish the report before the end of the week.',
  'The first part of the project is ready and the second part is late.',
  'I will call the customer on Monday and ask about the price.',
  'Please send the numbers to the team before the next meeting.',
  'The new office is close to the station and it has four large rooms.',
  'We should talk about the budget and about the people that we need.',
  'The old machine is slow and we want to buy a better one.',
  'There was a problem with the water in the building last night.',
  'The doctor said that the results of the test are very good.',
  'Many people came to the city to see the game on Saturday.',
  'The school will open again in the first week of the year.',
  'He wants to change the date because he has to travel to the north.',
  'The market was strong this year and the company made more money.',
  'We can start the work in the morning and finish it in the afternoon.',
  'The teacher asked the children to write a story about the sea.',
  'It is important that every member of the group can see the document.',
  'The government will answer the question about the law next month.',
];

export interface Speech {
  text: string;
  seconds: number;
}

/** Writes at least `leastSeconds` of speech as a 48 kHz WAV, after one second of silence and before one more. */
export function writeSpeech(file: string, leastSeconds: number): Speech {
  let seconds = 0;
  for (let count = 4; count <= sentences.length && seconds < leastSeconds; count += 1) {
    const text = sentences.slice(0, count).join(' ');
    const textFile = `${file}.txt`;
    writeFileSync(textFile, text);
    const filter = 'adelay=1000,apad=pad_dur=1';
    const source = `flite=textfile=${textFile}:voice=rms`;
    execFileSync('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-y',
      '-f',
      'lavfi',
      '-i',
      source,
      '-af',
      filter,
      '-ar',
      '48000',
      file,
    ]);
    rmSync(textFile);
    seconds = durationOf(file);
    if (seconds >= leastSeconds) return { text, seconds };
  }
  throw new Error(`All sentences together are only ${seconds} s.`);
}

function durationOf(file: string): number {
  const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file];
  return Number(execFileSync('ffprobe', args));
}
