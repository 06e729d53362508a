import { useSyncExternalStore } from 'react';
import { useQuery } from '@tanstack/react-query';
import { createIndexedDbSpool } from '@hansard/client';
import { strings } from '../strings.ts';
import { explain } from '../app/api.ts';
import { uploads } from '../app/uploads.ts';
import { DiscardButton } from '../recording/discard-button.tsx';
import classes from './settings.module.css';

const refreshMs = 2_000;

/** How much audio waits on this device for the server. */
export function DeviceStorage() {
  const { data: usage, error } = useQuery({ queryKey: ['spool'], queryFn: readUsage, refetchInterval: refreshMs });
  const status = useSyncExternalStore(uploads.subscribe, () => uploads.status());
  return (
    <>
      <p className={classes.soft}>{strings.settings.storageWhat}</p>
      {error && <p className={classes.error}>{explain(error)}</p>}
      {usage && (
        <p>
          {usage.bytes === 0
            ? strings.settings.storageEmpty
            : strings.settings.storageUsed(usage.bytes, usage.maxBytes)}
        </p>
      )}
      {status.kind === 'refused' && !status.retrying && (
        <div className={classes.error}>
          {strings.status.refused(status.keptMs, status.error.message)} <DiscardButton trackId={status.trackId} />
        </div>
      )}
    </>
  );
}

async function readUsage() {
  const spool = await createIndexedDbSpool();
  try {
    return await spool.usage();
  } finally {
    await spool.close();
  }
}
