package dev.windlass.cli;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.cli.demo.DemoFolder;
import dev.windlass.cli.operator.Log;
import dev.windlass.cli.operator.Signals;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(name = "apiserver", sortOptions = false, description = "Run an embedded Kubernetes API server, until Ctrl-C. It keeps everything in memory.")
final class ApiserverCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "0", description = "Port on 127.0.0.1; default ${DEFAULT-VALUE}, any free one.")
    private int port;

    @Option(names = "--name", paramLabel = "NAME", defaultValue = "apiserver", description = "Name of the context in the kubeconfig; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "Where to write the kubeconfig, a new file; by default one that only you can read, in a folder of its own. It is deleted at the end.")
    private @Nullable Path kubeconfig;

    @Option(names = "--crd", paramLabel = "FILE", description = "Custom resource definitions to begin with, YAML or JSON. Can be repeated.")
    private List<Path> definitions = new ArrayList<>();

    @Option(names = "--load", paramLabel = "FILE", description = "Objects to begin with, YAML or JSON, with their status. Can be repeated.")
    private List<Path> manifests = new ArrayList<>();

    @Option(names = "--save", paramLabel = "FILE", description = "Write all objects to this file at the end; --load takes it. A file that exists is overwritten only when it is loaded as well.")
    private @Nullable Path save;

    @Option(names = "--rbac", description = "Let others than the user of the kubeconfig do only what roles allow; by default whoever is known may do everything.")
    private boolean rbac;

    @Option(names = "--garbage-collection", description = "Do what a controller manager does about owners: what has lost the last one goes, and --cascade=orphan and foreground end. Without it they wait for ever, as on a bare API server.")
    private boolean garbageCollection;

    @Option(names = "--resource-quotas", description = "Keep the status of resource quotas, as a controller manager does. Without it they limit nothing.")
    private boolean resourceQuotas;

    @Option(names = "--check", description = "Start, load, and end: exit code 0 says that everything could be loaded.")
    private boolean check;

    private final Terminal terminal = Terminal.standard();
    private final CountDownLatch over = new CountDownLatch(1);

    @Override
    public Integer call() throws Exception {
        refuseNonsense();
        Log.toStandardError(Log.Format.TEXT, root.debug);
        Signals.onEach(this::signal);
        try (ApiServer server = ApiServer.builder().name(name).port(port).rbac(rbac)
                .garbageCollection(garbageCollection).resourceQuotas(resourceQuotas).start()) {
            for (Path file : definitions) {
                load(server, file);
            }
            for (Path file : manifests) {
                load(server, file);
            }
            if (!check) {
                serve(server);
            }
            if (save != null) {
                server.snapshot().writeTo(save);
                terminal.line("saved: " + save);
            }
        }
        return 0;
    }

    private void refuseNonsense() {
        root.refuseManager("use --port");
        if (port < 0 || port > Windlass.HIGHEST_PORT) {
            throw new BadUsageException(
                    "--port " + port + " is not between 0 and " + Windlass.HIGHEST_PORT + "; 0 takes a free one");
        }
        if (!name.matches("[a-z0-9]([a-z0-9.-]*[a-z0-9])?")) {
            throw new BadUsageException("--name \"" + name + "\" is not made of small letters, digits, '-' and '.'");
        }
        if (check && (kubeconfig != null || save != null)) {
            throw new BadUsageException("--check ends at once: leave --kubeconfig and --save out");
        }
        Path folder = save == null ? null : save.toAbsolutePath().getParent();
        if (folder != null && !Files.isWritable(folder)) {
            throw new BadUsageException("--save " + save + ": nothing can be written to its folder; name another one");
        }
        if (save != null && Files.exists(save) && manifests.stream().noneMatch(this::isSaved)) {
            throw new CliException(
                    "--save %s exists, and is not overwritten: name a new file, or add --load %s to go on from it"
                            .formatted(save, save));
        }
    }

    private boolean isSaved(Path loaded) {
        try {
            return save != null && Files.exists(loaded) && Files.isSameFile(loaded, save);
        } catch (IOException e) {
            throw new CliException(loaded + " cannot be looked at: " + e.getMessage(), e);
        }
    }

    private void load(ApiServer server, Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new CliException(file + " is not text in UTF-8: name a file of YAML or JSON", e);
        } catch (IOException e) {
            throw new CliException(file + " cannot be read: "
                    + (Files.exists(file) ? e.getMessage() : "there is no such file"), e);
        }
        try {
            int count = server.load(text);
            terminal.line(terminal.styled(Terminal.Style.FAINT,
                    "loaded: " + count + (count == 1 ? " object" : " objects") + " from " + file));
        } catch (IllegalArgumentException e) {
            throw new CliException(file + ": " + e.getMessage(), e);
        }
    }

    private void serve(ApiServer server) throws IOException, InterruptedException {
        Path given = kubeconfig;
        if (given != null) {
            serve(server, given.toAbsolutePath());
            return;
        }
        Path folder = DemoFolder.create("apiserver");
        try {
            serve(server, folder.resolve("kubeconfig"));
        } finally {
            DemoFolder.delete(folder);
        }
    }

    private void serve(ApiServer server, Path file) throws IOException, InterruptedException {
        create(file);
        try {
            Files.writeString(file, server.kubeconfig());
            long millis = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
            terminal.line("API server " + server.name() + " is ready at " + server.url() + " after " + millis + " ms");
            terminal.line("");
            terminal.line("  kubectl --kubeconfig " + file + " get namespaces");
            terminal.line("");
            terminal.line(save == null
                    ? "Ctrl-C ends it, and all that it holds is gone."
                    : "Ctrl-C ends it, and saves all that it holds to " + save + ".");
            terminal.out().flush();
            over.await();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void create(Path file) {
        try {
            Files.createFile(file,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new CliException("--kubeconfig " + file + " exists, and is not overwritten: name a new file", e);
        } catch (IOException e) {
            throw new CliException("--kubeconfig " + file + " cannot be written: is its folder there?", e);
        }
    }

    /** The first one asks for an orderly end, the second ends the process. */
    private void signal() {
        if (over.getCount() == 0) {
            Runtime.getRuntime().halt(1);
        }
        over.countDown();
    }
}
