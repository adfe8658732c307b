/** Two minutes through the console, once; skipped with one press, and there again behind a button. */
import { useEffect, useRef, useState } from 'react';

const SEEN = 'tallystick-console-tour';

const STEPS = [
  {
    title: 'Every door sells alone',
    text: 'Each row is a replica: the books at the top, regions, shops, tills. Each holds rights to some units and sells from those, without asking anybody.',
  },
  {
    title: 'Rights move like water',
    text: 'Pick a product. The bars show who may sell how many. Where demand grows, dots travel along the lines: rights on their way there.',
  },
  {
    title: 'Cut off is not closed',
    text: 'A red line is cut. What hangs below it goes on selling what it holds. “To tell” counts what the books have not heard yet; it falls to nothing when the line is back.',
  },
  {
    title: 'Ask why',
    text: '“Where every unit is” accounts for each one, in words. Press a replica’s name to see how it fares, to add one below it, or to shut it out.',
  },
  {
    title: 'Now break it',
    text: 'On a machine that runs npm start there is a lab: flood a product with demand, cut lines, kill tills, put an old database back. Then come back here and watch.',
  },
] as const;

export function Tour() {
  const [at, setAt] = useState(() => (localStorage.getItem(SEEN) === null ? 0 : -1));
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = at >= 0;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const end = () => {
    localStorage.setItem(SEEN, 'seen');
    setAt(-1);
  };
  const step = STEPS[Math.max(0, at)] ?? STEPS[0];
  const isLast = at === STEPS.length - 1;
  return (
    <>
      <button type="button" className="btn small plain" onClick={() => setAt(0)}>
        Tour
      </button>
      <dialog ref={dialog} aria-labelledby="tour" onCancel={end}>
        <div className="stack">
          <p className="small soft">
            {Math.max(0, at) + 1} of {STEPS.length}
          </p>
          <h2 id="tour">{step.title}</h2>
          <p>{step.text}</p>
          <div className="row">
            <button type="button" className="btn plain" onClick={end}>
              Skip
            </button>
            <button type="button" className="btn main push" onClick={() => (isLast ? end() : setAt(at + 1))}>
              {isLast ? 'Begin' : 'Next'}
            </button>
          </div>
        </div>
      </dialog>
    </>
  );
}
