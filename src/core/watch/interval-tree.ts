/**
 * Half-open intervals [start, end) of strings, to find all that hold a point: the ranges of watchers. A treap ordered by (start, end);
 * every node knows the greatest end of its subtree, so a search leaves out what ends before the point. Insert, remove and find are
 * O(log n), a stab with k answers O(k log n).
 *
 * ```
 *   point "c":            [b,d) max z
 *                        /           \
 *                [a,b) max b       [c,z) max z        left subtree ends at b <= c: not visited
 * ```
 *
 * {@link END_OF_KEYS} is the end of an interval that has none (clientv3's from-key).
 */

/** Greater than every latin1 string. */
export const END_OF_KEYS = "\uffff";

class Node<T> {
  start: string;
  end: string;
  maxEnd: string;
  priority: number;
  value: T;
  left: Node<T> | undefined;
  right: Node<T> | undefined;

  constructor(start: string, end: string, priority: number, value: T) {
    this.start = start;
    this.end = end;
    this.maxEnd = end;
    this.priority = priority;
    this.value = value;
    this.left = undefined;
    this.right = undefined;
  }
}

export class IntervalTree<T> {
  #root: Node<T> | undefined;
  #size: number;
  /** State of a xorshift generator for node priorities: any sequence does, it only has to look random to the keys. */
  #random: number;

  constructor() {
    this.#root = undefined;
    this.#size = 0;
    this.#random = 0x2545f491;
  }

  /** Number of different intervals. */
  get size(): number {
    return this.#size;
  }

  find(start: string, end: string): T | undefined {
    let node = this.#root;
    while (node !== undefined) {
      const order = compare(start, end, node);
      if (order === 0) return node.value;
      node = order < 0 ? node.left : node.right;
    }
    return undefined;
  }

  /** Adds an interval that is not there yet (see {@link find}). */
  insert(start: string, end: string, value: T): void {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    this.#root = insertNode(this.#root, new Node(start, end, x, value));
    this.#size++;
  }

  /** Removes an interval; false when it was not there. */
  remove(start: string, end: string): boolean {
    if (this.find(start, end) === undefined) return false;
    this.#root = removeNode(this.#root, start, end);
    this.#size--;
    return true;
  }

  /** Appends the values of all intervals that hold the point. */
  stab(point: string, into: T[]): void {
    stabNode(this.#root, point, into);
  }

  /** Whether any interval holds the point. */
  covers(point: string): boolean {
    let node = this.#root;
    // Standard interval search: if the left subtree reaches beyond the point and still has no answer, its last starts are all
    // above the point, and so are all starts to the right.
    while (node !== undefined) {
      if (node.start <= point && point < node.end) return true;
      node = node.left !== undefined && node.left.maxEnd > point ? node.left : node.right;
    }
    return false;
  }
}

function compare<T>(start: string, end: string, node: Node<T>): number {
  if (start !== node.start) return start < node.start ? -1 : 1;
  if (end !== node.end) return end < node.end ? -1 : 1;
  return 0;
}

function updateMaxEnd<T>(node: Node<T>): void {
  let max = node.end;
  if (node.left !== undefined && node.left.maxEnd > max) max = node.left.maxEnd;
  if (node.right !== undefined && node.right.maxEnd > max) max = node.right.maxEnd;
  node.maxEnd = max;
}

function rotateRight<T>(node: Node<T>, left: Node<T>): Node<T> {
  node.left = left.right;
  left.right = node;
  updateMaxEnd(node);
  updateMaxEnd(left);
  return left;
}

function rotateLeft<T>(node: Node<T>, right: Node<T>): Node<T> {
  node.right = right.left;
  right.left = node;
  updateMaxEnd(node);
  updateMaxEnd(right);
  return right;
}

function insertNode<T>(node: Node<T> | undefined, added: Node<T>): Node<T> {
  if (node === undefined) return added;
  if (compare(added.start, added.end, node) < 0) {
    const left = insertNode(node.left, added);
    node.left = left;
    if (left.priority > node.priority) return rotateRight(node, left);
  } else {
    const right = insertNode(node.right, added);
    node.right = right;
    if (right.priority > node.priority) return rotateLeft(node, right);
  }
  updateMaxEnd(node);
  return node;
}

function removeNode<T>(node: Node<T> | undefined, start: string, end: string): Node<T> | undefined {
  if (node === undefined) return undefined;
  const order = compare(start, end, node);
  if (order < 0) node.left = removeNode(node.left, start, end);
  else if (order > 0) node.right = removeNode(node.right, start, end);
  else return merge(node.left, node.right);
  updateMaxEnd(node);
  return node;
}

function merge<T>(left: Node<T> | undefined, right: Node<T> | undefined): Node<T> | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    updateMaxEnd(left);
    return left;
  }
  right.left = merge(left, right.left);
  updateMaxEnd(right);
  return right;
}

function stabNode<T>(node: Node<T> | undefined, point: string, into: T[]): void {
  while (node !== undefined) {
    if (node.maxEnd <= point) return;
    if (node.left !== undefined) stabNode(node.left, point, into);
    if (node.start > point) return;
    if (point < node.end) into.push(node.value);
    node = node.right;
  }
}
