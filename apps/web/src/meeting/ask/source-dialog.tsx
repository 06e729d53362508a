import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Citation } from '@hansard/protocol';
import { api } from '../../app/api.ts';
import { strings } from '../../strings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { useMediaQuery } from '../../ui/use-media-query.ts';
import { documentsQuery } from '../documents/documents-query.ts';
import classes from './ask.module.css';

interface Props {
  citation: Citation & { documentId: string; documentName: string };
  /** Whether to offer the way to the meeting: it is not the one that is shown. */
  linkMeeting: boolean;
  onClose: () => void;
}

const roomForPages = '(min-width: 40em)';

/** The passage of a document in its words, and the page that it is from where the browser can show it. */
export function SourceDialog({ citation, linkMeeting, onClose }: Props) {
  const { meetingId, meetingTitle, documentId, documentName, page, quote } = citation;
  const { data: documents, isSuccess } = useQuery(documentsQuery(meetingId));
  const roomy = useMediaQuery(roomForPages);
  const document = documents?.find(({ id }) => id === documentId);
  const isPdf = document?.kind === 'pdf' && page !== undefined;
  const address = api.originalUrl(meetingId, documentId, isPdf ? page : undefined);

  return (
    <Dialog title={strings.ask.documentTitle(documentName, page)} wide={isPdf && roomy} onClose={onClose}>
      <blockquote className={classes.passage}>{quote}</blockquote>
      {linkMeeting && (
        <p className={classes.soft}>
          <Link href={`/m/${meetingId}`}>{strings.ask.toMeeting(meetingTitle)}</Link>
        </p>
      )}
      {isSuccess && !document && <p className={classes.soft}>{strings.ask.documentGone}</p>}
      {document && (
        <p className={classes.open}>
          <a href={address} target="_blank" rel="noopener">
            {isPdf ? strings.ask.openPage(page) : strings.ask.openOriginal}
          </a>
        </p>
      )}
      {isPdf && roomy && navigator.pdfViewerEnabled && (
        // No browser shows a PDF in a sandbox. The server tells it that this is nothing else, and may run nothing.
        // oxlint-disable-next-line react/iframe-missing-sandbox
        <iframe className={classes.viewer} src={`${address}&navpanes=0`} title={strings.ask.viewer(documentName)} />
      )}
    </Dialog>
  );
}
