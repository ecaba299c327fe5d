package millrace.peer.queries;

import static com.hazelcast.jet.datamodel.Tuple2.tuple2;

import com.hazelcast.jet.Traverser;
import com.hazelcast.jet.Traversers;
import com.hazelcast.jet.core.AbstractProcessor;
import com.hazelcast.jet.core.Watermark;
import com.hazelcast.jet.impl.JetEvent;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.PriorityQueue;
import millrace.peer.Auction;
import millrace.peer.Bid;

/** Auctions and bids to the category and highest price of each auction that had a bid, when it expires. Bids that come before their auction wait. */
final class HighestBid extends AbstractProcessor {
  /** What is known of an auction: of bids, those that came before it. */
  static final class Offers implements Serializable {
    private boolean open;
    private int category;
    private long ts;
    private long expires;
    private int highest = -1;
    private List<long[]> early;

    void open(Auction auction) {
      open = true;
      category = auction.category;
      ts = auction.ts;
      expires = auction.expires;
      if (early != null) {
        early.forEach(bid -> offer((int) bid[0], bid[1]));
        early = null;
      }
    }

    void take(Bid bid) {
      if (open) {
        offer(bid.price, bid.ts);
        return;
      }
      if (early == null) {
        early = new ArrayList<>(2);
      }
      early.add(new long[] {bid.price, bid.ts});
    }

    private void offer(int price, long at) {
      if (at >= ts && at <= expires && price > highest) {
        highest = price;
      }
    }
  }

  private record Expiry(long at, int auction) {}

  private final Map<Integer, Offers> offers = new HashMap<>();
  private final PriorityQueue<Expiry> expiries = new PriorityQueue<>(Comparator.comparingLong(Expiry::at));
  private Traverser<Object> pending;
  private Traverser<Entry<Integer, Offers>> saving;

  @Override
  protected boolean tryProcess0(Object item) {
    Object event = ((JetEvent<?>) item).payload();
    if (event instanceof Bid bid) {
      offersOf(bid.auction).take(bid);
    } else {
      Auction auction = (Auction) event;
      offersOf(auction.id).open(auction);
      expiries.add(new Expiry(auction.expires, auction.id));
    }
    return true;
  }

  private Offers offersOf(int auction) {
    return offers.computeIfAbsent(auction, id -> new Offers());
  }

  @Override
  public boolean tryProcessWatermark(Watermark watermark) {
    if (pending == null) {
      pending = expired(watermark.timestamp()).append(watermark);
    }
    return emitPending();
  }

  @Override
  public boolean complete() {
    if (pending == null) {
      pending = expired(Long.MAX_VALUE);
    }
    return emitPending();
  }

  private boolean emitPending() {
    if (!emitFromTraverser(pending)) {
      return false;
    }
    pending = null;
    return true;
  }

  /** Of the auctions that are over before `end`. */
  private Traverser<Object> expired(long end) {
    Traverser<Expiry> over = () -> expiries.isEmpty() || expiries.peek().at >= end ? null : expiries.poll();
    return over.flatMap(expiry -> {
      Offers its = offers.remove(expiry.auction);
      return its.highest < 0
          ? Traversers.empty()
          : Traversers.singleton(JetEvent.jetEvent(expiry.at, tuple2(its.category, its.highest)));
    });
  }

  @Override
  public boolean saveToSnapshot() {
    if (pending != null && !emitPending()) {
      return false;
    }
    if (saving == null) {
      saving = Traversers.traverseIterable(offers.entrySet()).onFirstNull(() -> saving = null);
    }
    return emitFromTraverserToSnapshot(saving);
  }

  @Override
  protected void restoreFromSnapshot(Object auction, Object its) {
    Offers restored = (Offers) its;
    offers.put((Integer) auction, restored);
    if (restored.open) {
      expiries.add(new Expiry(restored.expires, (Integer) auction));
    }
  }
}
