import { strings } from '../../strings.ts';
import { IconButton } from '../../ui/icon-button.tsx';
import { CloseIcon, RetryIcon } from '../../ui/icons.tsx';
import { documentUploads } from './document-uploads.ts';
import { ProgressBar } from './progress-bar.tsx';
import type { Upload } from './upload-queue.ts';
import classes from './documents.module.css';

/** A file that the server does not have yet. */
export function UploadRow({ upload: { id, file, state, sentBytes, problem, retryable } }: { upload: Upload }) {
  const { name, size } = file;
  const words = strings.documents;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <span className={classes.name}>{name}</span>
        {state === 'failed' && <p className={classes.error}>{problem}</p>}
        {state === 'queued' && <p className={classes.soft}>{words.queued}</p>}
        {state === 'sent' && <p className={classes.soft}>{words.sent}</p>}
        {state === 'sending' && (
          <>
            <p className={classes.soft}>{words.sending(sentBytes, size)}</p>
            <ProgressBar name={name} done={sentBytes} total={size} />
          </>
        )}
      </div>
      {state === 'failed' && retryable && (
        <IconButton label={words.retry(name)} onClick={() => documentUploads.retry(id)}>
          <RetryIcon />
        </IconButton>
      )}
      {state !== 'sent' && (
        <IconButton
          label={state === 'failed' ? words.dismiss(name) : words.cancel(name)}
          onClick={() => documentUploads.remove(id)}
        >
          <CloseIcon />
        </IconButton>
      )}
    </li>
  );
}
