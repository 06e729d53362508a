import { useState } from 'react';
import { Button } from '@mantine/core';
import type { EngineTrial } from '@hansard/protocol';
import { api, explain } from '../app/api.ts';
import { strings } from '../strings.ts';
import { recordVoice } from './record-voice.ts';
import classes from './settings.module.css';

type Step =
  | { kind: 'idle' | 'listening' | 'hearing' }
  | { kind: 'heard'; trial: EngineTrial }
  | { kind: 'failed'; message: string };

const trialMs = 3_000;

export function TryIt() {
  const [step, setStep] = useState<Step>({ kind: 'idle' });
  const busy = step.kind === 'listening' || step.kind === 'hearing';

  async function tryIt() {
    setStep({ kind: 'listening' });
    let recording: Blob;
    try {
      recording = await recordVoice(trialMs);
    } catch (error) {
      const denied = error instanceof DOMException && error.name === 'NotAllowedError';
      return setStep({ kind: 'failed', message: denied ? strings.trial.denied : strings.trial.failed });
    }
    setStep({ kind: 'hearing' });
    try {
      setStep({ kind: 'heard', trial: await api.tryEngine(recording) });
    } catch (error) {
      setStep({ kind: 'failed', message: explain(error) });
    }
  }

  return (
    <div className={classes.trial}>
      <h3>{strings.trial.title}</h3>
      <p className={classes.soft}>{strings.trial.what}</p>
      <Button variant="default" disabled={busy} onClick={() => void tryIt()}>
        {strings.trial.start}
      </Button>
      <div role="status">
        {step.kind === 'listening' && <p>{strings.trial.listening}</p>}
        {step.kind === 'hearing' && <p>{strings.trial.hearing}</p>}
        {step.kind === 'heard' && (
          <>
            <p className={classes.heard}>{step.trial.text || strings.trial.nothing}</p>
            <p className={classes.soft}>{strings.trial.heard(step.trial.engine, step.trial.tookMs)}</p>
          </>
        )}
        {step.kind === 'failed' && <p className={classes.error}>{step.message}</p>}
      </div>
    </div>
  );
}
