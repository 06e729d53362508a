import { lazy, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { strings } from '../strings.ts';
import { Toasts } from '../ui/toasts.tsx';
import { AfterFirstView } from './after-first-view.tsx';
import { untilLoaded } from './until-loaded.ts';
import classes from './shell.module.css';

const Background = lazy(() => untilLoaded(() => import('./background.tsx')));

interface Props {
  children: ReactNode;
}

export function Shell({ children }: Props) {
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {strings.nav.skip}
      </a>
      <header className={classes.header}>
        <Link href="/" className={classes.brand}>
          {strings.product}
        </Link>
        <AfterFirstView>
          <Background />
        </AfterFirstView>
        <nav className={classes.nav} aria-label={strings.nav.label}>
          <NavLink href="/">{strings.nav.meetings}</NavLink>
          <NavLink href="/operations">{strings.nav.operations}</NavLink>
          <NavLink href="/settings">{strings.nav.settings}</NavLink>
        </nav>
      </header>
      <main id="main" tabIndex={-1} className={classes.main}>
        {children}
      </main>
      <Toasts />
    </div>
  );
}

function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const [location] = useLocation();
  return (
    <Link href={href} className={classes.link} aria-current={location === href ? 'page' : undefined}>
      {children}
    </Link>
  );
}
