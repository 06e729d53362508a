import { useState, type SubmitEvent } from 'react';
import { Button, NativeSelect } from '@mantine/core';
import type { Meeting } from '@hansard/protocol';
import { api, explain } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { useTemplateOptions } from '../minutes/use-templates.ts';
import { Dialog } from '../../ui/dialog.tsx';
import classes from '../../ui/confirm-dialog.module.css';

interface Props {
  meeting: Meeting;
  onClose: () => void;
}

/** The kind of meeting chooses the template of its minutes. */
export function KindDialog({ meeting, onClose }: Props) {
  const templates = useTemplateOptions();
  const [kind, setKind] = useState(meeting.kind);
  const [error, setError] = useState<string>();
  const known = templates.some(({ value }) => value === meeting.kind);

  async function save(event: SubmitEvent) {
    event.preventDefault();
    try {
      if (kind !== meeting.kind) await api.patchMeeting(meeting.id, { kind });
      onClose();
    } catch (reason) {
      setError(explain(reason));
    }
  }

  return (
    <Dialog title={strings.kind.title} onClose={onClose}>
      <form onSubmit={(event) => void save(event)}>
        <NativeSelect
          data-autofocus
          label={strings.kind.label}
          description={strings.kind.what}
          value={kind}
          error={error}
          data={[...(known ? [] : [{ value: meeting.kind, label: meeting.kind }]), ...templates]}
          onChange={(event) => setKind(event.currentTarget.value)}
        />
        <div className={classes.actions}>
          <Button variant="default" onClick={onClose}>
            {strings.common.cancel}
          </Button>
          <Button type="submit">{strings.common.save}</Button>
        </div>
      </form>
    </Dialog>
  );
}
