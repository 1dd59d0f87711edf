package io.jackpot.cli;

import io.jackpot.config.Group;
import io.jackpot.config.Key;
import io.jackpot.config.Settings;
import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/** The options of a command from its settings records, and the values given for them. */
final class Options {
  /** A command with more settings than this shows only its common ones in {@code --help}. */
  private static final int FEW = 15;

  /** Columns of an option's name in the help. */
  private static final int NAME_WIDTH = 28;

  private Options() {}

  /**
   * Adds an option for each setting. A boolean {@code x} is set by {@code --x} and {@code --no-x}.
   * Many settings are shown in groups, and those that are not common in the help with every
   * setting.
   */
  static void add(CommandSpec command, Help help, Settings<?>... settings) {
    List<Key> keys = Stream.of(settings).flatMap(each -> each.keys().stream()).toList();
    boolean many = keys.size() > FEW;
    Map<Group, List<OptionSpec>> groups = new EnumMap<>(Group.class);
    for (Key key : keys) {
      OptionSpec option = option(key, keys, many && !help.all() && !key.isCommon());
      command.addOption(option);
      groups.computeIfAbsent(key.group(), _ -> new ArrayList<>()).add(option);
    }
    for (Settings<?> each : settings) {
      each.refused().forEach(name -> command.addOption(refused(name)));
    }
    List<OptionSpec> others =
        command.options().stream()
            .filter(option -> groups.values().stream().noneMatch(all -> all.contains(option)))
            .toList();
    command
        .usageMessage()
        .sectionMap()
        .put(
            UsageMessageSpec.SECTION_KEY_OPTION_LIST,
            _ -> list(others) + (many ? inGroups(groups) : list(groups.values())));
  }

  private static String inGroups(Map<Group, List<OptionSpec>> groups) {
    StringBuilder text = new StringBuilder();
    groups.forEach((group, options) -> {
      String list = list(options);
      if (!list.isEmpty()) {
        text.append("%n%s:%n%s".formatted(group.title(), list));
      }
    });
    return text.toString();
  }

  private static String list(Collection<List<OptionSpec>> options) {
    return list(options.stream().flatMap(List::stream).toList());
  }

  /** A setting's present name alone, with its description, which has the earlier ones. */
  private static String list(List<OptionSpec> options) {
    return options.stream()
        .filter(option -> !option.hidden())
        .flatMap(option ->
            Command.item(name(option), NAME_WIDTH, option.description()[0].replace("%%", "%"))
                .stream())
        .map(line -> line + System.lineSeparator())
        .collect(Collectors.joining());
  }

  private static String name(OptionSpec option) {
    if (option.usageHelp()) {
      return "  " + String.join(", ", option.names());
    }
    String flag = option.names()[0];
    return "      "
        + (option.negatable() ? flag.replaceFirst("^--", "--[no-]") : flag)
        + (option.arity().max() == 0 ? "" : "=" + option.paramLabel());
  }

  private static OptionSpec option(Key key, List<Key> keys, boolean hidden) {
    OptionSpec.Builder option =
        OptionSpec.builder(flags(key)).description(description(key, keys)).hidden(hidden);
    return key.type() == boolean.class
        ? option.type(boolean.class).arity("0").negatable(true).build()
        : option
            .type(String.class)
            .paramLabel(label(key))
            .completionCandidates(key.names().isEmpty() ? null : key.names())
            .build();
  }

  private static OptionSpec refused(String name) {
    return OptionSpec.builder(Names.flag(name))
        .type(String.class)
        .arity("0..1")
        .hidden(true)
        .build();
  }

  /** The flag of a setting, then its earlier ones. */
  private static String[] flags(Key key) {
    return Stream.concat(Stream.of(key.name()), key.formerNames().stream())
        .map(Names::flag)
        .toArray(String[]::new);
  }

  /**
   * The keys that were given on the command line, the refused ones too and by the names that were
   * used, with their texts. Of a setting that was given more than once the last text counts, of a
   * list all of them.
   */
  static Map<String, String> given(ParseResult parsed, Settings<?> settings) {
    Map<String, String> given = new LinkedHashMap<>();
    for (Key key : settings.keys()) {
      if (parsed.hasMatchedOption(key.flag())) {
        given.put(
            nameGiven(parsed, key),
            key.takesList()
                ? String.join(",", parsed.matchedOption(key.flag()).originalStringValues())
                : parsed.<Object>matchedOptionValue(key.flag(), "").toString());
      }
    }
    for (String name : settings.refused()) {
      if (parsed.hasMatchedOption(Names.flag(name))) {
        given.put(name, "");
      }
    }
    return given;
  }

  /**
   * @throws InputException if {@code flags} has a setting that a resume cannot change
   */
  static void requireChangeable(Map<String, @Nullable Object> flags, Settings<?> settings) {
    flags.keySet().stream()
        .filter(key -> !settings.changeable().contains(key))
        .findFirst()
        .ifPresent(key -> refuse(key, settings));
  }

  /** Refuses a setting that a resume cannot change. */
  static void refuse(String key, Settings<?> settings) {
    List<String> flags = settings.changeable().stream().map(Names::flag).toList();
    throw new InputException(
        "%s: cannot be changed with --resume, which continues with the settings of the run; only %s and %s can"
            .formatted(
                Names.flag(key),
                String.join(", ", flags.subList(0, flags.size() - 1)),
                flags.getLast()));
  }

  private static String nameGiven(ParseResult parsed, Key key) {
    return key.formerNames().stream()
        .filter(name -> isLast(parsed, Names.flag(name), key.flag()))
        .findFirst()
        .orElse(key.name());
  }

  /** Whether {@code flag} comes after {@code other} on the command line. */
  private static boolean isLast(ParseResult parsed, String flag, String other) {
    List<String> names =
        parsed.originalArgs().stream().map(arg -> arg.replaceFirst("=.*", "")).toList();
    return names.lastIndexOf(flag) > names.lastIndexOf(other);
  }

  private static String description(Key key, List<Key> keys) {
    String text = key.defaultText();
    // "(none: …)" says what the default does.
    boolean said = "none".equals(text) && key.help().contains("(none:");
    String help = key.help();
    for (Key other : keys) {
      help = other.inText(help);
    }
    String description =
        help
            + (key.takesList() ? "; given again, it adds to the list" : "")
            + key.formerNames().stream()
                .map(name -> "; " + Names.flag(name) + " is its earlier name")
                .collect(Collectors.joining())
            + (text == null ? " (required)" : said ? "" : " (default: " + text + ")");
    return description.replace("%", "%%");
  }

  private static String label(Key key) {
    if (key.type().isEnum()) {
      return "NAME";
    }
    if (key.type() == String.class) {
      return "TEXT";
    }
    return key.type() == List.class ? "N,N" : "N";
  }
}
