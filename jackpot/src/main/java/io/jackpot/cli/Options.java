package io.jackpot.cli;

import io.jackpot.config.Group;
import io.jackpot.config.Key;
import io.jackpot.config.Settings;
import io.jackpot.input.Names;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of a command from its settings records, and the values given for them. */
final class Options {
  /** A command with more settings than this shows only its common ones in {@code --help}. */
  private static final int FEW = 15;

  private Options() {}

  /**
   * Adds an option for each setting. A boolean {@code x} is set by {@code --x} and {@code --no-x}.
   * Many settings are shown in groups, and those that are not common in the help with every
   * setting.
   */
  static void add(CommandSpec command, Help help, Settings<?>... settings) {
    List<Key> keys = List.of(settings).stream().flatMap(each -> each.keys().stream()).toList();
    boolean many = keys.size() > FEW;
    Map<Group, ArgGroupSpec.Builder> groups = new EnumMap<>(Group.class);
    for (Key key : keys) {
      OptionSpec option = option(key, many && !help.all() && !key.isCommon());
      if (many) {
        groups.computeIfAbsent(key.group(), Options::group).addArg(option);
      } else {
        command.addOption(option);
      }
    }
    groups.values().forEach(group -> command.addArgGroup(group.build()));
    for (Settings<?> each : settings) {
      each.refused().forEach(name -> command.addOption(refused(name)));
    }
  }

  private static ArgGroupSpec.Builder group(Group group) {
    return ArgGroupSpec.builder()
        .validate(false)
        .order(group.ordinal())
        .heading("%n" + group.title() + ":%n");
  }

  private static OptionSpec option(Key key, boolean hidden) {
    OptionSpec.Builder option =
        OptionSpec.builder(key.flag()).description(description(key)).hidden(hidden);
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

  /** The keys that were given on the command line, the refused ones too, with their texts. */
  static Map<String, String> given(ParseResult parsed, Settings<?> settings) {
    Map<String, String> given = new LinkedHashMap<>();
    for (Key key : settings.keys()) {
      if (parsed.hasMatchedOption(key.flag())) {
        given.put(key.name(), parsed.<Object>matchedOptionValue(key.flag(), "").toString());
      }
    }
    for (String name : settings.refused()) {
      if (parsed.hasMatchedOption(Names.flag(name))) {
        given.put(name, "");
      }
    }
    return given;
  }

  private static String description(Key key) {
    String text = key.defaultText();
    // "(none: …)" says what the default does.
    boolean said = "none".equals(text) && key.help().contains("(none:");
    String value = text == null ? " (required)" : said ? "" : " (default: " + text + ")";
    return (key.help() + value).replace("%", "%%");
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
