import { addLosses } from './losses.ts';
import { holdMeeting } from './meeting.ts';
import { put, putLosses, type Out } from './out.ts';
import { createTalk } from './talk.ts';
import { startWatchedServer } from './watched-server.ts';

const mb = 2 ** 20;
/** What is said in a live meeting is held for half a minute, so that after three as much is held as after the hour. */
const minutes = 3;
const maxBufferBytes = 48 * 1024;
const maxHeldBytes = mb;
/** Lines that come all at once, more than a meeting may hold. */
const floodLines = 10_000;
const floodWords = 60;

/** Four people by captions in real time; then a meeting that is flooded with text. */
export async function text(engineUrl: string, out: Out): Promise<void> {
  const server = await startWatchedServer(engineUrl);
  try {
    const talk = createTalk(7);
    const lines = talk.lines(Math.ceil((minutes * 60_000) / talk.msPerLine));
    const fourPeople = await holdMeeting({
      url: server.url,
      title: 'Four people',
      people: 4,
      recorders: 0,
      lines,
      linesPerPost: 1,
      msPerLine: talk.msPerLine,
      pauseMs: talk.msPerLine,
    });
    const bufferBytes = server.mostBufferBytes;
    console.log(`# text: at most ${(bufferBytes / 1024).toFixed(1)} KB of lines in memory`);
    const flooded = await holdMeeting({
      url: server.url,
      title: 'Flooded',
      people: 1,
      recorders: 0,
      lines: talk.lines(floodLines, floodWords),
      linesPerPost: 500,
      msPerLine: 100,
      pauseMs: 0,
    });
    put(out, 'text', {
      minutes,
      lines: lines.length,
      bufferKB: bufferBytes / 1024,
      floodedKB: server.mostHeldByMeeting / 1024,
      peakRssMB: server.peakRssBytes() / mb,
    });
    out.goals.push(
      { name: 'text: bytes that the meeting of 4 holds in its buffer', is: bufferBytes, want: `<= ${maxBufferBytes}` },
      { name: 'text: bytes that a flooded meeting holds', is: server.mostHeldByMeeting, want: `<= ${maxHeldBytes}` },
    );
    putLosses(out, 'text', addLosses([fourPeople, flooded]));
  } finally {
    await server.stop();
  }
}
