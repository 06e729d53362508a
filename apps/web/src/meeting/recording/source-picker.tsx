import { NativeSelect, TextInput } from '@mantine/core';
import { limits } from '@hansard/protocol';
import type { Source } from '../../recording/recording-session.ts';
import { strings } from '../../strings.ts';
import type { SourceChoice } from './use-source-choice.ts';
import classes from './recording.module.css';

const sources: readonly Source[] = ['microphone', 'tab', 'both'];

/** What to record, chosen before recording starts. */
export function SourcePicker({ choice }: { choice: SourceChoice }) {
  const { source, setSource, devices, deviceId, setDeviceId, participant, setParticipant } = choice;
  return (
    <div className={classes.picker}>
      <NativeSelect
        size="xs"
        aria-label={strings.recorder.source}
        value={source}
        data={sources.map((each) => ({ value: each, label: strings.recorder.sources[each] }))}
        onChange={(event) => setSource(event.currentTarget.value as Source)}
      />
      {source !== 'tab' && (
        <>
          <NativeSelect
            size="xs"
            aria-label={strings.recorder.device}
            value={deviceId ?? ''}
            data={[
              { value: '', label: strings.recorder.defaultDevice },
              ...devices.map(({ id, label }) => ({ value: id, label })),
            ]}
            onChange={(event) => setDeviceId(event.currentTarget.value || undefined)}
          />
          <TextInput
            size="xs"
            aria-label={strings.recorder.name}
            placeholder={strings.recorder.name}
            maxLength={limits.maxNameLength}
            defaultValue={participant ?? ''}
            onChange={(event) => setParticipant(event.currentTarget.value)}
          />
        </>
      )}
    </div>
  );
}
