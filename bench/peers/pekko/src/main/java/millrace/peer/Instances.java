package millrace.peer;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.ClosedShape;
import org.apache.pekko.stream.Graph;
import org.apache.pekko.stream.SinkShape;
import org.apache.pekko.stream.UniformFanInShape;
import org.apache.pekko.stream.UniformFanOutShape;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.GraphDSL;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Merge;
import org.apache.pekko.stream.javadsl.Partition;
import org.apache.pekko.stream.javadsl.RunnableGraph;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** As many instances of a query as there are workers, each an actor of its own. */
final class Instances {
  private final Order order;
  private final ActorSystem system;

  Instances(Order order, ActorSystem system) {
    this.order = order;
    this.system = system;
  }

  /** Without keys: every instance is a stream of its own. */
  <T, R> CompletionStage<?> each(Maker<T> maker, Flow<T, R, NotUsed> flow, RowHasher<R> hasher) {
    return all(forEach(i -> source(maker, i).via(flow).toMat(check(hasher), Keep.right()).run(system)));
  }

  /** By key: every source sends each record to the instance of its key, which adds up. Rows are the totals. */
  <T, R, K> CompletionStage<?> totals(
      Maker<T> maker, Flow<T, R, NotUsed> flow, Function<R, K> key, ToIntFunction<R> value, RowHasher<Map.Entry<K, Integer>> hasher) {
    int workers = order.workers();
    List<Sink<R, CompletionStage<?>>> sinks = forEach(i -> sums(key, value, hasher));
    Graph<ClosedShape, List<CompletionStage<?>>> graph =
        GraphDSL.create(
            sinks,
            (GraphDSL.Builder<List<CompletionStage<?>>> builder, List<SinkShape<R>> totals) -> {
              List<UniformFanInShape<R, R>> merged = forEach(i -> builder.add(Merge.<R>create(workers).async()));
              for (int i = 0; i < workers; i++) {
                Source<R, NotUsed> made = source(maker, i).via(flow);
                UniformFanOutShape<R, R> shared =
                    builder.add(Partition.<R>create(workers, record -> Math.floorMod(key.apply(record).hashCode(), workers)));
                builder.from(builder.add(made)).viaFanOut(shared);
                merged.forEach(its -> builder.from(shared).toFanIn(its));
                builder.from(merged.get(i)).to(totals.get(i));
              }
              return ClosedShape.getInstance();
            });
    return all(RunnableGraph.fromGraph(graph).run(system));
  }

  private <T> Source<T, NotUsed> source(Maker<T> maker, int index) {
    return Source.fromIterator(() -> new RecordIterator<>(new Records<>(maker, order, index, order.workers(), order.first())));
  }

  private static <R> Sink<R, CompletionStage<?>> check(RowHasher<R> hasher) {
    Sink<R, CompletionStage<Check<R>>> sink = Sink.fold(new Check<>(hasher), Instances::added);
    return sink.mapMaterializedValue(done -> done.thenAccept(Check::end));
  }

  private static <R> Check<R> added(Check<R> check, R row) {
    check.add(row);
    return check;
  }

  private static <R, K> Sink<R, CompletionStage<?>> sums(
      Function<R, K> key, ToIntFunction<R> value, RowHasher<Map.Entry<K, Integer>> hasher) {
    return Flow.<R>create()
        .fold(
            new HashMap<K, Integer>(),
            (sums, record) -> {
              sums.merge(key.apply(record), value.applyAsInt(record), Integer::sum);
              return sums;
            })
        .mapConcat(HashMap::entrySet)
        .toMat(check(hasher), Keep.right());
  }

  private <T> List<T> forEach(IntFunction<T> made) {
    return IntStream.range(0, order.workers()).mapToObj(made).toList();
  }

  private static CompletionStage<?> all(List<CompletionStage<?>> stages) {
    return CompletableFuture.allOf(stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
  }

  private static final class RecordIterator<T> implements Iterator<T> {
    private final Records<T> records;
    private T next;

    RecordIterator(Records<T> records) {
      this.records = records;
      this.next = records.next();
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public T next() {
      T record = next;
      next = records.next();
      return record;
    }
  }
}
