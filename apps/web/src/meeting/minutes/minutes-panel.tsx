import { useState } from 'react';
import { Button, NativeSelect, Skeleton } from '@mantine/core';
import type { MeetingDetail, Minutes } from '@hansard/protocol';
import { explain } from '../../app/api.ts';
import { useEngines } from '../../app/use-engines.ts';
import { strings } from '../../strings.ts';
import { Panel } from '../panel.tsx';
import { MinutesBodyView } from './minutes-body.tsx';
import type { SourceLinks } from './sources.tsx';
import { useTemplateOptions } from './use-templates.ts';
import { useMinutes } from './use-minutes.ts';
import classes from './minutes.module.css';

interface Props {
  meeting: MeetingDetail;
  /** The latest that the server announced. */
  announced: Minutes | null;
  sources: SourceLinks;
}

export function MinutesPanel({ meeting, announced, sources }: Props) {
  const { minutes, isPending, isError, error, refetch, make, cancel } = useMinutes(meeting.id, announced);
  const [engine, setEngine] = useState('');
  const [template, setTemplate] = useState('');
  const running = minutes?.state === 'running';

  const action = running ? (
    <Button size="compact-sm" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
      {strings.common.cancel}
    </Button>
  ) : (
    <Button
      size="compact-sm"
      variant={minutes ? 'default' : 'filled'}
      loading={make.isPending}
      disabled={meeting.seq === 0}
      onClick={() =>
        make.mutate({ ...(engine && { engine }), ...(template && { template }), ...(minutes && { fresh: true }) })
      }
    >
      {minutes ? strings.minutes.again : strings.minutes.make}
    </Button>
  );

  return (
    <Panel title={strings.minutes.title} action={action}>
      {isPending && <Skeleton height={96} />}
      {isError && (
        <p role="alert">
          {explain(error)}{' '}
          <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
            {strings.common.retry}
          </Button>
        </p>
      )}
      {!isPending && !isError && !minutes && (
        <p className={classes.soft}>{meeting.state === 'live' ? strings.minutes.later : strings.minutes.none}</p>
      )}
      {minutes && <MinutesView minutes={minutes} meeting={meeting} sources={sources} />}
      {!running && (
        <details className={classes.choices}>
          <summary>{strings.minutes.choices}</summary>
          <TemplateSelect value={template} onChange={setTemplate} />
          <EngineSelect value={engine} onChange={setEngine} />
        </details>
      )}
    </Panel>
  );
}

function MinutesView({ minutes, meeting, sources }: Omit<Props, 'announced'> & { minutes: Minutes }) {
  const { state, progress, error, fallbackReason, transcriptSeq } = minutes;
  return (
    <>
      {state === 'running' && (
        <label className={classes.progress}>
          {strings.minutes.running(Math.round(progress * 100))}
          <progress max={1} value={progress} />
        </label>
      )}
      {state === 'failed' && (
        <p role="alert" className={classes.failed}>
          {strings.minutes.failed(error)}
        </p>
      )}
      {state === 'cancelled' && <p className={classes.soft}>{strings.minutes.cancelled}</p>}
      {fallbackReason !== null && <p className={classes.fallback}>{strings.minutes.fallback(fallbackReason)}</p>}
      {state === 'done' && meeting.seq > transcriptSeq && <p className={classes.soft}>{strings.minutes.older}</p>}
      <MinutesBodyView body={minutes} sources={sources} />
      {state === 'done' && <p className={classes.soft}>{strings.minutes.by(minutes.engine, minutes.template)}</p>}
    </>
  );
}

interface SelectProps {
  value: string;
  onChange: (value: string) => void;
}

function EngineSelect({ value, onChange }: SelectProps) {
  const { data: engines = [] } = useEngines();
  const usable = engines.filter(({ task, state }) => task === 'minutes' && state !== 'missing');
  return (
    <NativeSelect
      size="sm"
      label={strings.minutes.engine}
      value={value}
      data={[
        { value: '', label: strings.minutes.automatic },
        ...usable.map(({ name }) => ({ value: name, label: name })),
      ]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function TemplateSelect({ value, onChange }: SelectProps) {
  return (
    <NativeSelect
      size="sm"
      label={strings.minutes.template}
      value={value}
      data={[{ value: '', label: strings.minutes.byKind }, ...useTemplateOptions()]}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
