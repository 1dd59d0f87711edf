package io.jackpot.config;

import io.jackpot.problems.DataLimits;

/** The settings of what data files may cost. */
public record LimitSettings(
    @Setting(
            group = Group.DATA,
            value = "32",
            min = 1,
            max = 1024,
            changeable = true,
            help = "longest row of a data file in MiB; a longer one is refused")
        int maxRowMegabytes,
    @Setting(
            group = Group.DATA,
            value = "10000000",
            min = 1,
            changeable = true,
            help = "most rows of a data file; one with more is refused")
        int maxRows,
    @Setting(
            group = Group.DATA,
            value = "4096",
            min = 1,
            changeable = true,
            help =
                "most that a compressed data file, or a column of a Parquet row group, may expand to, in MiB")
        int maxExpandedMegabytes) {

  /** The limits in bytes. */
  public DataLimits limits() {
    return new DataLimits((long) maxRowMegabytes << 20, maxRows, (long) maxExpandedMegabytes << 20);
  }
}
