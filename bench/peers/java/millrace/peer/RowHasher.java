package millrace.peer;

import java.io.Serializable;

public interface RowHasher<T> extends Serializable {
  int hash(T row);

  /** Characters of the texts that q0 counts. */
  default int characters(T row) {
    return 0;
  }
}
