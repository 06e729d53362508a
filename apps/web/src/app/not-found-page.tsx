import { Link } from 'wouter';
import { strings } from '../strings.ts';
import { Notice } from '../ui/notice.tsx';
import { usePageTitle } from '../ui/use-page-title.ts';

export function NotFoundPage() {
  usePageTitle(strings.notFound.title);
  return (
    <Notice title={strings.notFound.title} text={strings.notFound.text} heading="h1">
      <Link href="/">{strings.notFound.back}</Link>
    </Notice>
  );
}
