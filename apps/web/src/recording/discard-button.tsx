import { useState } from 'react';
import { Button } from '@mantine/core';
import { uploads } from '../app/uploads.ts';
import { strings } from '../strings.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

/** Offers to delete from this device what the server refuses to take. */
export function DiscardButton({ trackId }: { trackId: string }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
        {strings.leftovers.discard}
      </Button>
      {asking && (
        <ConfirmDialog
          title={strings.leftovers.discardTitle}
          action={strings.leftovers.discard}
          onConfirm={() => uploads.discard(trackId)}
          onClose={() => setAsking(false)}
        >
          <p>{strings.leftovers.discardWhat}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
