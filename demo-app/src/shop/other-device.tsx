/** The same cart on another device: a link that opens it there. */
import { useState } from 'react';
import { to } from '../ui/route.ts';
import type { Key } from './my-cart.tsx';

export function OtherDevice({ cartKey: { id, token } }: { readonly cartKey: Key }) {
  const [copied, setCopied] = useState<'yes' | 'no' | undefined>(undefined);
  const link = `${location.origin}/shop${to('join', id, token)}`;
  const share = async () => {
    // Whoever closes the sheet of the phone has changed their mind.
    if (navigator.share !== undefined && matchMedia('(pointer: coarse)').matches)
      return navigator.share({ title: 'My cart', url: link }).catch(() => undefined);
    try {
      await navigator.clipboard.writeText(link);
      setCopied('yes');
    } catch {
      // Browsers keep the clipboard from pages without TLS, or ask and hear no.
      setCopied('no');
    }
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
          {copied === 'yes' ? 'Link copied' : 'Copy the link'}
        </button>
      </div>
      {copied === 'no' && (
        <label className="field">
          The browser does not let this page copy. Copy it from here:
          <input className="input" readOnly value={link} onFocus={(event) => event.target.select()} />
        </label>
      )}
    </section>
  );
}
