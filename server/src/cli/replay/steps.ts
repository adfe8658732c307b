/** What the replay does, one step after the other, in the order of trading time. */

export interface SaleLine {
  /** Of the file, and so unique in the whole run. */
  readonly lineNo: number;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** Sold from a pool that several replicas sell from. */
  readonly contended: boolean;
}

/** The part of one invoice that one replica sells. */
export interface SaleStep {
  readonly kind: 'sale';
  readonly at: number;
  readonly saleId: string;
  readonly invoiceNo: string;
  /** Empty where the file does not say. */
  readonly customer: string;
  readonly seller: string;
  readonly lines: readonly SaleLine[];
}

/** Goods that a customer brings back. Which sale they came from is found at run time: see return-matcher.ts. */
export interface ReturnStep {
  readonly kind: 'return';
  readonly at: number;
  readonly returnId: string;
  readonly keeper: string;
  readonly lineNo: number;
  readonly customer: string;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
}

export interface ShrinkageStep {
  readonly kind: 'shrinkage';
  readonly at: number;
  readonly docId: string;
  readonly keeper: string;
  readonly lineNo: number;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
}

export interface DeliveryLine {
  readonly sku: string;
  readonly quantity: number;
}

/** A document that the keeper of a location receives, whole. The opening stock is one too. */
export interface DeliveryStep {
  readonly kind: 'delivery';
  readonly at: number;
  readonly docId: string;
  readonly keeper: string;
  readonly location: string;
  readonly lines: readonly DeliveryLine[];
}

export interface CutStep {
  readonly kind: 'cut';
  readonly at: number;
  readonly store: string;
}

export interface HealStep {
  readonly kind: 'heal';
  readonly at: number;
  readonly store: string;
}

/** SIGKILL of the replica's process. */
export interface KillStep {
  readonly kind: 'kill';
  readonly at: number;
  readonly replica: string;
}

export type Step = SaleStep | ReturnStep | ShrinkageStep | DeliveryStep | CutStep | HealStep | KillStep;
