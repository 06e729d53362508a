import { Button } from '@mantine/core';
import { strings } from '../../strings.ts';
import { PauseIcon, RecordIcon, StopIcon } from '../../ui/icons.tsx';
import type { Recording } from './use-recording.ts';

interface Props {
  recording: Recording;
  onRecord: () => void;
}

/** The one control that matters. */
export function RecorderControls({ recording, onRecord }: Props) {
  const { phase, elsewhere, start, pause, resume, stop } = recording;
  if (phase === 'idle' || phase === 'starting') {
    return (
      <Button
        color="red"
        leftSection={<RecordIcon />}
        loading={phase === 'starting'}
        disabled={elsewhere}
        title={elsewhere ? strings.recorder.elsewhere : undefined}
        onClick={() => {
          onRecord();
          start();
        }}
      >
        {strings.recorder.record}
      </Button>
    );
  }
  return (
    <>
      {phase === 'paused' ? (
        <Button color="red" leftSection={<RecordIcon />} onClick={resume}>
          {strings.recorder.resume}
        </Button>
      ) : (
        <Button variant="default" leftSection={<PauseIcon />} disabled={phase === 'stopping'} onClick={pause}>
          {strings.recorder.pause}
        </Button>
      )}
      <Button variant="default" leftSection={<StopIcon />} loading={phase === 'stopping'} onClick={stop}>
        {strings.recorder.stop}
      </Button>
    </>
  );
}
