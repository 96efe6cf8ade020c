package dev.windlass.cli;

import java.util.Map;

/** What pause, resume, cordon and uncordon have in common: they end when the unit is held back, or goes on. */
abstract class HoldCommand extends UnitCommand {
    final int hold(String action) {
        return start(action, Map.of("wait", "30s"));
    }
}
