package io.jackpot.tasks;

/** Mains that answer {@link DeviceProbe} as drivers do, good ones and bad ones. */
final class Probes {
  private Probes() {}

  static final class TwoDevices {
    public static void main(String[] args) {
      System.out.println("a driver's greeting");
      System.out.println(
          """
          [{"index":"0:0","backend":"CUDA","name":"H100","type":"GPU","memoryBytes":85899345920},\
          {"index":"1:0","backend":"OpenCL","name":"cpu","type":"CPU","memoryBytes":1}]\
          """);
    }
  }

  static final class NoLibrary {
    public static void main(String[] args) {
      System.err.println(
          """
          Exception in thread "main" java.lang.ExceptionInInitializerError
          \tat Driver.load(Driver.java:1)
          Caused by: java.lang.UnsatisfiedLinkError: \u001b[31mno libcuda.so\u001b[0m
          \t... 1 more\
          """);
      System.exit(1);
    }
  }

  static final class Silent {
    public static void main(String[] args) {
      System.exit(3);
    }
  }

  static final class Garbage {
    public static void main(String[] args) {
      System.out.println("no devices today");
    }
  }

  static final class Hanging {
    public static void main(String[] args) throws InterruptedException {
      Thread.sleep(60_000);
    }
  }
}
