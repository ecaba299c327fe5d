package millrace.peer.queries;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Counts whatever comes. */
final class Count<T> implements AggregateFunction<T, Integer, Integer> {
  @Override
  public Integer createAccumulator() {
    return 0;
  }

  @Override
  public Integer add(T value, Integer count) {
    return count + 1;
  }

  @Override
  public Integer getResult(Integer count) {
    return count;
  }

  @Override
  public Integer merge(Integer a, Integer b) {
    return a + b;
  }
}
