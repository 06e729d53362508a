import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Button, Skeleton } from '@mantine/core';
import type { MeetingDocument } from '@hansard/protocol';
import { explain } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { Panel } from '../panel.tsx';
import { addDocuments } from './add-documents.ts';
import { DocumentRow } from './document-row.tsx';
import { documentUploads } from './document-uploads.ts';
import { RemoveDocumentDialog } from './remove-document-dialog.tsx';
import { UploadRow } from './upload-row.tsx';
import { useDocuments } from './use-documents.ts';
import classes from './documents.module.css';

interface Props {
  meetingId: string;
  /** Whether this page is told what happens in the meeting. */
  live: boolean;
}

/** What the dialog for files offers first; the server goes by the content. */
const accepted = '.pdf,.docx,.pptx,.md,.markdown,.html,.htm,.txt';

export default function DocumentsPanel({ meetingId, live }: Props) {
  const { data: documents, isPending, isError, error, refetch } = useDocuments(meetingId, live);
  const uploads = useUploads(meetingId, refetch).filter(
    ({ documentId }) => documentId === null || !documents?.some(({ id }) => id === documentId),
  );
  const [removing, setRemoving] = useState<MeetingDocument>();
  const picker = useRef<HTMLInputElement>(null);
  const empty = documents?.length === 0 && uploads.length === 0;

  const action = (
    <>
      <Button size="compact-sm" variant={empty ? 'filled' : 'default'} onClick={() => picker.current?.click()}>
        {strings.documents.add}
      </Button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={accepted}
        onChange={({ currentTarget }) => {
          addDocuments(meetingId, { files: [...(currentTarget.files ?? [])], folders: [] });
          // The same file may be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );

  return (
    <Panel title={strings.documents.title} action={action}>
      {isPending && <Skeleton height={96} />}
      {isError && (
        <p role="alert">
          {strings.documents.unreachable} {explain(error)}{' '}
          <Button size="compact-sm" variant="default" onClick={() => void refetch()}>
            {strings.common.retry}
          </Button>
        </p>
      )}
      {empty && (
        <div className={classes.empty}>
          <p>{strings.documents.empty}</p>
          <p className={classes.soft}>{strings.documents.what}</p>
        </div>
      )}
      {(documents?.length ?? 0) + uploads.length > 0 && (
        <ul className={classes.list} aria-label={strings.documents.list}>
          {documents?.map((document) => (
            <DocumentRow key={document.id} document={document} onRemove={setRemoving} />
          ))}
          {uploads.map((upload) => (
            <UploadRow key={upload.id} upload={upload} />
          ))}
        </ul>
      )}
      {removing && <RemoveDocumentDialog document={removing} onClose={() => setRemoving(undefined)} />}
    </Panel>
  );
}

/** The files on their way to this meeting. One that was sent stays until the list has it, so that nothing blinks. */
function useUploads(meetingId: string, refetch: () => Promise<unknown>) {
  const all = useSyncExternalStore(documentUploads.subscribe, documentUploads.getSnapshot);
  const uploads = all.filter((upload) => upload.meetingId === meetingId);
  const sent = uploads.filter(({ state }) => state === 'sent');
  const sentIds = sent.map(({ id }) => id).join();
  useEffect(() => {
    if (sentIds === '') return;
    void refetch().then(() => sentIds.split(',').forEach((id) => documentUploads.remove(Number(id))));
  }, [sentIds, refetch]);
  return uploads;
}
