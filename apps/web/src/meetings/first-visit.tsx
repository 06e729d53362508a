import { strings } from '../strings.ts';
import { useTranscriber } from '../app/use-engines.ts';
import { NewMeetingButton } from './new-meeting-button.tsx';
import classes from './first-visit.module.css';

/** One sentence, one button, and what will turn speech into text. */
export function FirstVisit() {
  const { engine, isPending } = useTranscriber();
  return (
    <section className={classes.first}>
      <h1 className={classes.sentence}>{strings.first.sentence}</h1>
      <NewMeetingButton size="lg" />
      <p className={classes.engine}>
        {!isPending && (engine ? strings.first.engine(engine.name, engine.kind) : strings.first.noEngine)}
        {engine?.caveat && <> {engine.caveat}</>}
      </p>
    </section>
  );
}
