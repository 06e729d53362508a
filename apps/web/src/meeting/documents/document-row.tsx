import type { MeetingDocument } from '@hansard/protocol';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, explain } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { CloseIcon, TrashIcon } from '../../ui/icons.tsx';
import { say } from '../../ui/toast-store.ts';
import { isUnderWay } from './document-list.ts';
import { factWords, stateWords } from './document-words.ts';
import { tellDocuments } from './documents-query.ts';
import { ProgressBar } from './progress-bar.tsx';
import classes from './documents.module.css';

interface Props {
  document: MeetingDocument;
  onRemove: (document: MeetingDocument) => void;
}

export function DocumentRow({ document, onRemove }: Props) {
  const { id, meetingId, name, state, progress, leftOut, error } = document;
  const queryClient = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => api.cancelDocument(meetingId, id),
    onSuccess: (told) => tellDocuments(queryClient, meetingId, new Map([[id, told]])),
    onError: (reason) => say(explain(reason)),
  });
  const underWay = isUnderWay(document);

  return (
    <li className={classes.row}>
      <div className={classes.words}>
        {state === 'ready' ? (
          <a
            href={api.originalUrl(meetingId, id)}
            target="_blank"
            rel="noopener"
            className={classes.name}
            title={strings.documents.openOriginal(name)}
          >
            {name}
          </a>
        ) : (
          <span className={classes.name}>{name}</span>
        )}
        <p className={classes.soft}>{factWords(document)}</p>
        {error ? (
          <p className={classes.error}>{error.message}</p>
        ) : (
          <p className={classes.soft} data-state={state}>
            {stateWords(document)}
          </p>
        )}
        {underWay && <ProgressBar name={name} {...progress} />}
        {leftOut && <p className={classes.leftOut}>{leftOut.message}</p>}
      </div>
      {underWay ? (
        <IconButton label={strings.documents.cancel(name)} disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          <CloseIcon />
        </IconButton>
      ) : (
        <IconButton label={strings.documents.remove(name)} onClick={() => onRemove(document)}>
          <TrashIcon />
        </IconButton>
      )}
    </li>
  );
}
