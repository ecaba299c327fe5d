package millrace.peer;

import java.io.Serializable;

/** Makes record {@code n}. */
public interface Maker<T> extends Serializable {
  T make(int n);
}
