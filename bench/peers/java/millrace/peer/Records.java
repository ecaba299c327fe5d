package millrace.peer;

/**
 * Makes what instance {@code index} of {@code instances} makes, in order: the records n with floor(n / 1024) mod instances = index, from {@code next} on.
 */
public final class Records<T> {
  private static final int BLOCK_RECORDS = 1024;

  private final Maker<T> maker;
  private final Order order;
  private final int index;
  private final int instances;
  private int next;
  private int blockEnd;

  /** Kept where the JIT cannot prove that nobody looks: else it need not make what no operator reads. */
  private Object made;

  public Records(Maker<T> maker, Order order, int index, int instances, int next) {
    this.maker = maker;
    this.order = order;
    this.index = index;
    this.instances = instances;
    this.next = next;
    this.blockEnd = next;
  }

  /** Null at the end. */
  public T next() {
    if (next == blockEnd && !toOwnBlock()) {
      return null;
    }
    T record = maker.make(next++);
    if (!order.elided()) {
      made = record;
    }
    return record;
  }

  /** Event time of the record that was made last. */
  public long ts() {
    return Event.timeOf(next - 1);
  }

  /** The record from which another one goes on where this one is now. */
  public int position() {
    return next;
  }

  /** Skips the blocks of other instances; false at the end. */
  private boolean toOwnBlock() {
    while (next < order.end() && next / BLOCK_RECORDS % instances != index) {
      next = afterBlock();
    }
    blockEnd = Math.min(order.end(), afterBlock());
    return next < order.end();
  }

  private int afterBlock() {
    return (next / BLOCK_RECORDS + 1) * BLOCK_RECORDS;
  }
}
