package io.jackpot.tensor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/** The settings of the loaded OpenBLAS that its JavaCPP binding leaves out. */
final class OpenBlasControl {
  private static final SymbolLookup LIBRARY = load();
  private static final AddressLayout STRING =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(64, ValueLayout.JAVA_BYTE));

  private OpenBlasControl() {}

  private static SymbolLookup load() {
    for (String name : System.getenv().keySet()) {
      if (name.startsWith("OPENBLAS_")) {
        throw new IllegalStateException(
            name + " is set and may slow the peer down: start without it (env -u " + name + ")");
      }
    }
    Path binding = Path.of(Loader.load(openblas_nolapack.class));
    return SymbolLookup.libraryLookup(
        binding.resolveSibling("libopenblas_nolapack.so.0"), Arena.global());
  }

  /** The processor that the kernels in use were written for. */
  static String coreName() {
    try {
      MemorySegment name =
          (MemorySegment)
              Linker.nativeLinker()
                  .downcallHandle(
                      LIBRARY.findOrThrow("openblas_get_corename"), FunctionDescriptor.of(STRING))
                  .invokeExact();
      return name.getString(0);
    } catch (Throwable thrown) {
      throw new IllegalStateException(thrown);
    }
  }

  static void setThreads(int threads) {
    try {
      Linker.nativeLinker()
          .downcallHandle(
              LIBRARY.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT))
          .invokeExact(threads);
    } catch (Throwable thrown) {
      throw new IllegalStateException(thrown);
    }
  }
}
