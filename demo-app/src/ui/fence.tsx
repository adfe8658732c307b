/** Keeps what breaks in one part of a page from taking the rest along. */
import { Component, type ReactNode } from 'react';

interface Props {
  /** What does not work then, such as "The chart". */
  readonly what: string;
  readonly children: ReactNode;
}

export class Fence extends Component<Props, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return <p className="note warn">{this.props.what} cannot be shown here.</p>;
  }
}
