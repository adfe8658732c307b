/** What a part of a page shows before there is something, where there is nothing, and where something went wrong. */
import type { ReactNode } from 'react';
import type { Polled } from './polled.ts';
import { wrongText } from './words.ts';

export function Ready<T>({
  of,
  rows = 3,
  children,
}: {
  readonly of: Polled<T>;
  readonly rows?: number;
  readonly children: (value: T) => ReactNode;
}) {
  return (
    <>
      {of.state === 'failed' && (
        <p className="note warn" role="status">
          {wrongText(of.error)}
        </p>
      )}
      {of.value !== undefined && children(of.value)}
      {of.state === 'loading' && <Bones rows={rows} />}
    </>
  );
}

function Bones({ rows }: { readonly rows: number }) {
  return (
    <div className="stack" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => `bone-${i}`).map((key) => (
        <div className="bones" key={key} />
      ))}
    </div>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="note soft">{children}</p>;
}
