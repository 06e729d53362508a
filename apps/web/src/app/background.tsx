import { useEffect, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { strings } from '../strings.ts';
import { recordingSession } from '../recording/recording-session.ts';
import { uploads } from './uploads.ts';
import classes from './shell.module.css';

/** What goes on whatever page is shown: a recording, and the upload of what earlier visits left. */
export default function Background() {
  const [location] = useLocation();
  const status = useSyncExternalStore(uploads.subscribe, () => uploads.status());
  const { meetingId, phase } = useSyncExternalStore(recordingSession.subscribe, recordingSession.getSnapshot);
  const recording = phase !== 'idle';
  const refused = status.kind === 'refused' && !status.retrying;

  useEffect(() => {
    // Without a spool (storage is blocked) there is nothing left over; Record says what is wrong.
    uploads.openIfNeeded().catch(() => {});
  }, []);

  if (recording) {
    const here = location === `/m/${meetingId}`;
    return here ? null : (
      <Link href={`/m/${meetingId}`} className={classes.recording}>
        {strings.nav.recording}
      </Link>
    );
  }
  if (status.kind === 'saved' || location.startsWith('/m/')) return null;
  if (refused) {
    return (
      <Link href="/settings" className={classes.leftovers}>
        {strings.leftovers.refused(status.keptBytes)}
      </Link>
    );
  }
  return (
    <span className={classes.leftovers} role="status">
      {'keptBytes' in status
        ? strings.leftovers.waiting(status.keptBytes)
        : strings.leftovers.uploading(status.behindBytes)}
    </span>
  );
}
