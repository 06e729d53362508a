import { useRef, useState } from 'react';
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { MemoryDrill, MemoryDrillReport, MemoryState } from '@hansard/protocol';
import { api, explain } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { bytes } from '../../format/bytes.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Card } from '../card.tsx';
import { Choice } from '../choice.tsx';
import { DrillReport } from './drill-report.tsx';
import classes from './drill.module.css';

const words = strings.operations.drill;
const targets = ['warning', 'critical', 'emergency'] as const;
const holdSeconds = [5, 10, 30] as const;

/** Applies real pressure, where the server allows it, and shows what it did about it. */
export function Drill({ drill, now }: Pick<MemoryState, 'drill'> & { now: number }) {
  // The button that was pressed is gone by the time that it has acted: the focus stays here.
  const panel = useRef<HTMLDivElement>(null);
  const keepFocus = () => panel.current?.focus();
  const report = drill?.report ?? null;
  const isRunning = report !== null && report.phase !== 'over';
  return (
    <Card title={words.title}>
      <p className={classes.what}>{drill ? words.what : words.off}</p>
      {drill && (
        <div ref={panel} role="group" aria-label={words.title} tabIndex={-1} className={classes.panel}>
          {isRunning ? <Running report={report} onCancelled={keepFocus} /> : <Start onStarted={keepFocus} />}
        </div>
      )}
      {report && <DrillReport report={report} now={now} />}
    </Card>
  );
}

function Start({ onStarted }: { onStarted: () => void }) {
  const [target, setTarget] = useState<MemoryDrill['target']>('critical');
  const [seconds, setSeconds] = useState<(typeof holdSeconds)[number]>(10);
  const [isAsking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const levelName = strings.operations.levels[target].toLowerCase();

  async function start() {
    await api.startMemoryDrill({ target, holdMs: seconds * 1000 });
    setAsking(false);
    onStarted();
    await queryClient.invalidateQueries({ queryKey: ['memory'] });
  }

  return (
    <div className={classes.start}>
      <Choice
        label={words.target}
        isLabelSeen
        options={targets.map((value) => ({ value, label: strings.operations.levels[value] }))}
        value={target}
        onChange={setTarget}
      />
      <Choice
        label={words.hold}
        isLabelSeen
        options={holdSeconds.map((value) => ({ value, label: words.seconds(value) }))}
        value={seconds}
        onChange={setSeconds}
      />
      <Button variant="default" onClick={() => setAsking(true)}>
        {words.start}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={words.confirmTitle}
          action={words.confirm}
          onConfirm={start}
          onClose={() => setAsking(false)}
        >
          <p>{words.confirmWhat(levelName, seconds)}</p>
          <p>{words.confirmMeans[target]}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

interface RunningProps {
  report: MemoryDrillReport;
  onCancelled: () => void;
}

function Running({ report: { phase, heldBytes }, onCancelled }: RunningProps) {
  const [error, setError] = useState<string>();
  const queryClient = useQueryClient();

  async function cancel() {
    setError(undefined);
    try {
      await api.cancelMemoryDrill();
      onCancelled();
      await queryClient.invalidateQueries({ queryKey: ['memory'] });
    } catch (reason) {
      setError(explain(reason));
    }
  }

  return (
    <>
      <div className={classes.running}>
        <p role="status">
          <strong>{words.phases[phase]}</strong>
        </p>
        {heldBytes > 0 && <span>{words.holds(bytes(heldBytes))}</span>}
        {phase !== 'recovering' && (
          <Button variant="default" size="compact-md" onClick={() => void cancel()}>
            {words.cancel}
          </Button>
        )}
      </div>
      {error !== undefined && (
        <p role="alert" className={classes.error}>
          {error}
        </p>
      )}
    </>
  );
}
