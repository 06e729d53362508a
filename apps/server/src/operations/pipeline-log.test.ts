import type { MeetingDetail } from '@hansard/protocol';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppError } from '../errors.ts';
import { createHttpServer } from '../http/index.ts';
import { createLog } from '../log.ts';
import { pipelineLogRoutes } from './pipeline-log-routes.ts';
import { createPipelineLog } from './pipeline-log.ts';

describe('the pipeline log', () => {
  test('keeps what happened to a meeting, oldest first', () => {
    const log = createPipelineLog({ now: () => 0 });
    log.note('m1', { meetingId: 'm1', trackId: 't1' }, 'a track was opened');
    log.note('m2', { meetingId: 'm2' }, 'another meeting');
    log.note('m1', { meetingId: 'm1', err: new Error('It broke.') }, 'a refresh failed');
    expect(log.read('m1')).toEqual([
      '1970-01-01T00:00:00.000Z a track was opened {"trackId":"t1"}',
      '1970-01-01T00:00:00.000Z a refresh failed {"error":"It broke."}',
    ]);
    expect(log.read('unknown')).toEqual([]);
  });

  test('is a ring of 50 KB a meeting, for so many meetings', () => {
    const log = createPipelineLog({ maxMeetings: 2 });
    for (let line = 0; line < 2000; line += 1) log.note('m1', { line }, 'something happened');
    expect(log.bytes).toBeLessThanOrEqual(50 * 1024);
    expect(log.bytes).toBeGreaterThan(49 * 1024);
    expect(log.read('m1').at(-1)).toContain('{"line":1999}');
    log.note('m2', {}, 'x');
    log.note('m1', {}, 'x');
    log.note('m3', {}, 'x');
    expect(log.read('m2')).toEqual([]);
    expect(log.read('m1').length).toBeGreaterThan(1);
  });

  test('hears what is logged of a meeting, and nothing else', () => {
    const pipelineLog = createPipelineLog();
    const written: string[] = [];
    const log = createLog({ level: 'debug', pipelineLog, destination: { write: (line) => written.push(line) } });
    log.debug({ meetingId: 'm1', trackId: 't1' }, 'a track was opened');
    log.warn({ meetingId: 'm1' }, 'a refresh failed');
    log.warn({ chunkId: 'c1' }, 'of no meeting');
    log.warn('of nothing');
    expect(pipelineLog.read('m1')).toHaveLength(2);
    expect(written).toHaveLength(4);
  });
});

test.each([
  ['kept', createPipelineLog(), [expect.stringContaining('a track was opened')]],
  ['not kept', null, []],
])('over HTTP it is %s', async (_, log, lines) => {
  const getMeeting = (_actor: unknown, id: string) =>
    id === 'm1' ? Promise.resolve({} as MeetingDetail) : Promise.reject(new AppError('NOT_FOUND', 'No such meeting.'));
  const app = await createHttpServer({
    log: pino({ level: 'silent' }),
    api: [pipelineLogRoutes(log, getMeeting)],
    operations: async () => undefined,
    webDir: null,
  });
  onTestFinished(() => app.close());
  log?.note('m1', {}, 'a track was opened');
  const answer = await app.inject('/api/v1/meetings/m1/pipeline-log');
  expect(answer.json()).toEqual({ isKept: log !== null, lines });
  expect((await app.inject('/api/v1/meetings/m2/pipeline-log')).statusCode).toBe(404);
});
