package dev.windlass.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kernel's list of TCP sockets, and of the files that a process holds. Linux only. */
final class LinuxSockets {

    static final String ESTABLISHED = "ESTABLISHED";
    static final String LISTEN = "LISTEN";
    private static final Path PROC = Path.of("/proc");
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Map<String, String> STATES = Map.ofEntries(Map.entry("01", ESTABLISHED),
            Map.entry("02", "SYN_SENT"), Map.entry("03", "SYN_RECV"), Map.entry("04", "FIN_WAIT1"),
            Map.entry("05", "FIN_WAIT2"), Map.entry("06", "TIME_WAIT"), Map.entry("07", "CLOSE"),
            Map.entry("08", "CLOSE_WAIT"), Map.entry("09", "LAST_ACK"), Map.entry("0A", LISTEN),
            Map.entry("0B", "CLOSING"));

    private LinuxSockets() {
    }

    /** One TCP socket. The inode is 0 when no process holds it any more. */
    record Tcp(String local, int localPort, String remote, int remotePort, String state, String inode) {

        @Override
        public String toString() {
            return "%s:%d -> %s:%d %s".formatted(local, localPort, remote, remotePort, state);
        }
    }

    static boolean available() {
        return Files.isReadable(PROC.resolve("self/net/tcp"));
    }

    /** All TCP sockets of this network namespace. */
    static List<Tcp> all() {
        List<Tcp> sockets = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            Path file = PROC.resolve("self/net").resolve(table);
            if (!Files.exists(file)) {
                continue; // a kernel without IPv6
            }
            try (Stream<String> lines = Files.lines(file)) {
                lines.skip(1).map(LinuxSockets::parse).forEach(sockets::add);
            } catch (IOException e) {
                throw new UncheckedIOException(file + " cannot be read: " + e, e);
            }
        }
        return sockets;
    }

    private static Tcp parse(String line) {
        List<String> fields = BLANKS.splitAsStream(line.strip()).toList();
        String local = fields.get(1);
        String remote = fields.get(2);
        return new Tcp(address(local), port(local), address(remote), port(remote),
                STATES.getOrDefault(fields.get(3), fields.get(3)), fields.get(9));
    }

    private static int port(String field) {
        return Integer.parseInt(field.substring(field.indexOf(':') + 1), 16);
    }

    /** The kernel prints addresses as words in the machine's byte order. */
    private static String address(String field) {
        byte[] printed = HexFormat.of().parseHex(field.substring(0, field.indexOf(':')));
        ByteBuffer words = ByteBuffer.wrap(printed);
        ByteBuffer bytes = ByteBuffer.allocate(printed.length).order(ByteOrder.nativeOrder());
        while (words.hasRemaining()) {
            bytes.putInt(words.getInt());
        }
        try {
            return InetAddress.getByAddress(bytes.array()).getHostAddress(); // IPv4 in IPv6 becomes IPv4
        } catch (UnknownHostException e) {
            return field;
        }
    }

    /** What the file descriptors of a process point to, by descriptor. */
    static Map<String, String> descriptors(String process) {
        try (Stream<Path> links = Files.list(PROC.resolve(process).resolve("fd"))) {
            return links.map(link -> Map.entry(link.getFileName().toString(), target(link)))
                    .filter(entry -> !entry.getValue().isEmpty())
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        } catch (NoSuchFileException e) {
            return Map.of(); // the process has ended
        } catch (IOException e) {
            throw new UncheckedIOException("the open files of process %s cannot be read: %s".formatted(process, e), e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    /** The inodes of the sockets that a process holds. */
    static Set<String> inodes(String process) {
        return descriptors(process).values().stream().map(SOCKET::matcher).filter(Matcher::matches)
                .map(matcher -> matcher.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    /** How many connections of others a process serves on a port; those that it has to itself are not counted. */
    static long served(int port, Iterable<Long> processes) {
        Set<String> own = new TreeSet<>();
        processes.forEach(process -> own.addAll(inodes(Long.toString(process))));
        List<Tcp> all = all();
        Map<Integer, Tcp> clients = all.stream().filter(socket -> socket.remotePort() == port)
                .collect(Collectors.toMap(Tcp::localPort, Function.identity(), (one, other) -> one));
        return all.stream().filter(socket -> socket.localPort() == port && socket.state().equals(ESTABLISHED))
                .filter(socket -> {
                    Tcp client = clients.get(socket.remotePort());
                    return client == null || !own.contains(client.inode());
                }).count();
    }
}
