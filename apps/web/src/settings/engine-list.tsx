import { Skeleton } from '@mantine/core';
import type { EngineStatus } from '@hansard/protocol';
import { explain } from '../app/api.ts';
import { useEngines } from '../app/use-engines.ts';
import { strings } from '../strings.ts';
import { Notice } from '../ui/notice.tsx';
import classes from './settings.module.css';

const tasks = ['transcribe', 'minutes'] as const;

export function EngineList() {
  const { data: engines, isError, error, refetch } = useEngines();
  if (!engines) {
    if (!isError) return <Skeleton height={180} />;
    return (
      <Notice
        title={strings.engines.unreachable}
        text={explain(error)}
        action={strings.common.retry}
        onAction={() => void refetch()}
      />
    );
  }
  return tasks.map((task) => {
    const ofTask = engines.filter((engine) => engine.task === task).toSorted((a, b) => +b.active - +a.active);
    return (
      <div key={task}>
        <h3 className={classes.task}>{strings.engines.tasks[task]}</h3>
        {task === 'transcribe' && !ofTask.some(({ active }) => active) && (
          <p className={classes.caveat}>{strings.engines.none}</p>
        )}
        <ul className={classes.engines}>
          {ofTask.map((engine) => (
            <Engine key={engine.name} engine={engine} />
          ))}
        </ul>
      </div>
    );
  });
}

function Engine({
  engine: { name, kind, active, state, detail, caveat, progress, concurrency },
}: {
  engine: EngineStatus;
}) {
  return (
    <li className={classes.engine} data-active={active || undefined}>
      <p className={classes.name}>
        <strong>{name}</strong>
        <span className={classes.soft}>{strings.engines.kinds[kind]}</span>
        <span className={classes.state} data-state={state}>
          {active && `${strings.engines.active} · `}
          {strings.engines.states[state]}
        </span>
      </p>
      <p className={classes.detail}>
        {detail}
        {active && concurrency > 0 && ` (${strings.engines.calls(concurrency)})`}
      </p>
      {progress !== null && <progress className={classes.progress} max={1} value={progress} aria-label={name} />}
      {caveat !== null && <p className={classes.caveat}>{caveat}</p>}
    </li>
  );
}
