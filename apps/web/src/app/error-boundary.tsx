import { Component, type ReactNode } from 'react';
import { strings } from '../strings.ts';
import { Notice } from '../ui/notice.tsx';

interface Props {
  children: ReactNode;
}

/** The last resort: a page that threw says so and offers a reload. React has no other form for it than a class. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <Notice
        title={strings.broken.title}
        text={strings.broken.text}
        action={strings.broken.reload}
        onAction={() => location.reload()}
      />
    );
  }
}
