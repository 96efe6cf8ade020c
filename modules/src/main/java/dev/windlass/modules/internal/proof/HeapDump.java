package dev.windlass.modules.internal.proof;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A dump of the heap as HotSpot writes it (HPROF 1.0.2), mapped into memory and indexed: where each object's record is, which classes
 * there are, and the roots. What there is for each object stands in a file beside the dump, so that the heap of this JVM holds one bit for
 * every 8 bytes dumped, and the classes. Confined to one thread; the files are the caller's to delete.
 */
final class HeapDump implements AutoCloseable, DumpedClass.Classes {

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    static final int CLASS_DUMP = 0x20;
    static final int INSTANCE = 0x21;
    static final int OBJECT_ARRAY = 0x22;
    static final int PRIMITIVE_ARRAY = 0x23;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment file;
    private final MemorySegment places;
    private final Path folder;
    private final LongMap texts = new LongMap();
    private final LongMap classNames = new LongMap();
    private final LongMap bySerial = new LongMap();
    private final LongMap frames = new LongMap();
    private final LongMap traces = new LongMap();
    private final List<long[]> segments = new ArrayList<>();
    private final Map<Long, DumpedClass> classes = new HashMap<>();
    private final List<DumpedRoot> roots = new ArrayList<>();
    private final Map<Integer, DumpedThread> threads = new HashMap<>();
    private final ObjectIndex index = new ObjectIndex();
    private final List<Long> references = new ArrayList<>();
    private long referenceClass;
    private long classValues;

    /**
     * A thread of the dump.
     *
     * @param trace the number of its stack trace
     */
    record DumpedThread(long id, int trace) {
    }

    /** @param folder where there is room for the index */
    HeapDump(Path dump, Path folder) throws IOException {
        this.folder = folder;
        try {
            try (FileChannel channel = FileChannel.open(dump)) {
                file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            }
            int header = 0;
            while (file.get(ValueLayout.JAVA_BYTE, header) != 0) {
                header++;
            }
            if (int4(header + 1L) != 8) {
                throw new IOException("the dump has identifiers of %d bytes, and only those of 8 can be read"
                        .formatted(int4(header + 1L)));
            }
            readRecords(header + 13L);
            segments.forEach(segment -> readSegment(segment[0], segment[1], false));
            index.seal();
            places = scratch(8L * index.size());
            segments.forEach(segment -> readSegment(segment[0], segment[1], true));
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Room in a file that is mapped into memory, all zero. */
    MemorySegment scratch(long bytes) throws IOException {
        Path path = Files.createTempFile(folder, "index", "");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, Math.max(bytes, 8), arena);
        }
    }

    @Override
    public void close() {
        arena.close();
    }

    long id(long at) {
        return file.get(LONG, at);
    }

    int int4(long at) {
        return file.get(INT, at);
    }

    int int2(long at) {
        return Short.toUnsignedInt(file.get(SHORT, at));
    }

    int int1(long at) {
        return Byte.toUnsignedInt(file.get(ValueLayout.JAVA_BYTE, at));
    }

    byte[] bytes(long at, int count) {
        return file.asSlice(at, count).toArray(ValueLayout.JAVA_BYTE);
    }

    ObjectIndex index() {
        return index;
    }

    List<DumpedRoot> roots() {
        return roots;
    }

    Iterable<DumpedClass> classes() {
        return classes.values();
    }

    /** The records of our own references to class loaders. */
    List<Long> loaderReferences() {
        return references;
    }

    @Nullable
    DumpedThread thread(int number) {
        return threads.get(number);
    }

    /** Where the record of an object is, by its number. */
    long place(int number) {
        return places.getAtIndex(ValueLayout.JAVA_LONG, number);
    }

    /** Where the record of an object is; 0 when the dump has none. */
    long placeOf(long id) {
        int number = index.number(id);
        return number < 0 ? 0 : place(number);
    }

    @Override
    public @Nullable DumpedClass find(long id) {
        return classes.get(id);
    }

    @Override
    public String text(long id) {
        long place = texts.get(id, -1);
        return place < 0 ? "?" : new String(bytes(place + 17, int4(place + 5) - 8), StandardCharsets.UTF_8);
    }

    /** The method at a depth of a thread's stack; empty when it is not known. */
    String method(int thread, int depth) {
        long trace = trace(thread);
        long frame = trace < 0 || depth < 0 || depth >= int4(trace + 17) ? -1 : frame(trace, depth);
        if (frame < 0) {
            return "";
        }
        DumpedClass type = find(bySerial.get(int4(frame + 41) + 1L, 0));
        return (type == null ? "?" : type.name()) + "." + text(id(frame + 17));
    }

    /** Whether a thread is in a method of a class of this loader. */
    boolean runs(int thread, long loader) {
        long trace = trace(thread);
        for (int i = 0; trace >= 0 && i < int4(trace + 17); i++) {
            long frame = frame(trace, i);
            DumpedClass type = frame < 0 ? null : find(bySerial.get(int4(frame + 41) + 1L, 0));
            if (type != null && type.loaderId() == loader) {
                return true;
            }
        }
        return false;
    }

    private long trace(int thread) {
        DumpedThread owner = threads.get(thread);
        return owner == null ? -1 : traces.get(owner.trace() + 1L, -1);
    }

    private long frame(long trace, int depth) {
        return frames.get(id(trace + 21 + 8L * depth), -1);
    }

    private void readRecords(long start) throws IOException {
        long at = start;
        while (at + 9 <= file.byteSize()) {
            int tag = int1(at);
            long length = Integer.toUnsignedLong(int4(at + 5));
            switch (tag) {
                case 0x01 -> texts.put(id(at + 9), at);
                case 0x02 -> {
                    classNames.put(id(at + 13), id(at + 25));
                    bySerial.put(int4(at + 9) + 1L, id(at + 13));
                }
                case 0x04 -> frames.put(id(at + 9), at);
                case 0x05 -> traces.put(int4(at + 9) + 1L, at);
                case 0x0C, 0x1C -> segments.add(new long[]{at + 9, at + 9 + length});
                default -> {
                    // of no concern here
                }
            }
            at += 9 + length;
        }
        if (at != file.byteSize()) {
            throw new IOException("the dump ends in the middle of a record: is the disk full?");
        }
    }

    private void readSegment(long start, long end, boolean second) {
        long at = start;
        while (at < end) {
            int tag = int1(at);
            if (tag >= CLASS_DUMP && tag <= PRIMITIVE_ARRAY) {
                if (second) {
                    places.setAtIndex(ValueLayout.JAVA_LONG, index.number(id(at + 1)), at);
                    if (tag == INSTANCE) {
                        recognize(at, id(at + 13));
                    }
                } else {
                    index.add(id(at + 1));
                }
            }
            at = switch (tag) {
                case CLASS_DUMP -> readClass(at, second);
                case INSTANCE -> at + 25 + int4(at + 21);
                case OBJECT_ARRAY -> at + 25 + 8L * int4(at + 13);
                case PRIMITIVE_ARRAY -> at + 18 + (long) DumpedClass.size(int1(at + 17)) * int4(at + 13);
                default -> readRoot(at, tag, second);
            };
        }
    }

    private void recognize(long at, long type) {
        if (type == referenceClass) {
            references.add(at);
        } else if (type == classValues) {
            roots.add(new DumpedRoot(DumpedRoot.Kind.CLASS_VALUE, id(at + 1), 0, -1));
        }
    }

    private long readRoot(long at, int tag, boolean second) {
        DumpedRoot.Kind kind = switch (tag) {
            case 0x01, 0x02, 0x04 -> DumpedRoot.Kind.NATIVE;
            case 0x03 -> DumpedRoot.Kind.FRAME;
            case 0x05 -> DumpedRoot.Kind.CLASS;
            case 0x07 -> DumpedRoot.Kind.MONITOR;
            case 0x08 -> DumpedRoot.Kind.THREAD;
            case 0x06, 0xFF -> DumpedRoot.Kind.OTHER;
            default -> throw new IllegalArgumentException("there is no record %#x in a dump, at %d".formatted(tag, at));
        };
        int thread = tag == 0x02 || tag == 0x03 || tag == 0x08 || tag == 0x04 || tag == 0x06 ? int4(at + 9) : 0;
        int frame = tag == 0x02 || tag == 0x03 ? int4(at + 13) : -1;
        if (!second) {
            roots.add(new DumpedRoot(kind, id(at + 1), thread, frame));
            if (tag == 0x08) {
                threads.put(thread, new DumpedThread(id(at + 1), int4(at + 13)));
            }
        }
        return at + switch (tag) {
            case 0x01, 0x02, 0x03, 0x08 -> 17;
            case 0x04, 0x06 -> 13;
            default -> 9;
        };
    }

    private long readClass(long at, boolean second) {
        long next = at + 67;
        int constants = int2(at + 65);
        for (int i = 0; i < constants; i++) {
            next += 3 + DumpedClass.size(int1(next + 2));
        }
        long statics = next;
        int count = int2(next);
        next += 2;
        for (int i = 0; i < count; i++) {
            next += 9 + DumpedClass.size(int1(next + 8));
        }
        int fields = int2(next);
        next += 2;
        if (!second) {
            long[] names = new long[fields];
            byte[] types = new byte[fields];
            for (int i = 0; i < fields; i++) {
                names[i] = id(next + 9L * i);
                types[i] = (byte) int1(next + 9L * i + 8);
            }
            addClass(new DumpedClass(id(at + 1), text(classNames.get(id(at + 1), 0)).replace('/', '.'), id(at + 13),
                    id(at + 21), statics, names, types));
        }
        return next + 9L * fields;
    }

    private void addClass(DumpedClass type) {
        classes.put(type.id(), type);
        if (type.name().equals(LoaderReference.class.getName())) {
            referenceClass = type.id();
        } else if (type.name().equals("java.lang.ClassValue$ClassValueMap")) {
            classValues = type.id();
        }
    }
}
