/** The same cart on another device: a link that opens it there. */
import { useState } from 'react';
import { to } from '../ui/route.ts';
import type { Key } from './my-cart.tsx';

export function OtherDevice({ cartKey: { id, token } }: { readonly cartKey: Key }) {
  const [isCopied, setCopied] = useState(false);
  const link = `${location.origin}/shop${to('join', id, token)}`;
  const share = async () => {
    if (navigator.share !== undefined && matchMedia('(pointer: coarse)').matches)
      await navigator.share({ title: 'My cart', url: link }).catch(() => undefined);
    else await navigator.clipboard?.writeText(link).then(() => setCopied(true));
  };
  return (
    <section className="other">
      <h2>On another device?</h2>
      <p className="soft">This link opens the same cart there. Whoever has it can change the cart.</p>
      <div className="row">
        <a className="btn" href={link} target="_blank" rel="noreferrer">
          Open a second device
        </a>
        <button type="button" className="btn" onClick={() => void share()}>
          {isCopied ? 'Link copied' : 'Copy the link'}
        </button>
      </div>
    </section>
  );
}
