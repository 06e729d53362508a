import { useState, type SubmitEvent } from 'react';
import { Button, TextInput } from '@mantine/core';
import { limits } from '@hansard/protocol';
import { api, explain } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import classes from '../../ui/confirm-dialog.module.css';

interface Props {
  meetingId: string;
  /** The name they have now; null for lines without one. */
  speaker: string | null;
  onClose: () => void;
}

/** Gives a speaker another name, in all lines at once. */
export function RenameSpeakerDialog({ meetingId, speaker, onClose }: Props) {
  const [name, setName] = useState(speaker ?? '');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function save(event: SubmitEvent) {
    event.preventDefault();
    const to = name.trim();
    if (to === '' || to === speaker) return onClose();
    setBusy(true);
    try {
      await api.renameSpeaker(meetingId, { from: speaker, to });
      onClose();
    } catch (reason) {
      setError(explain(reason));
      setBusy(false);
    }
  }

  return (
    <Dialog title={strings.rename.title} onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <TextInput
          data-autofocus
          label={speaker === null ? strings.rename.labelUnnamed : strings.rename.label(speaker)}
          maxLength={limits.maxNameLength}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={error}
        />
        <div className={classes.actions}>
          <Button variant="default" onClick={onClose}>
            {strings.common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {strings.rename.action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
