package dev.windlass.cli;

/** Arguments that make no sense, found out while the command runs: exit code 2. */
final class BadUsageException extends CliException {
    BadUsageException(String message) {
        super(message);
    }
}
