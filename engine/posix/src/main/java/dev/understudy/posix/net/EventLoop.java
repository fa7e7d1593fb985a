package dev.understudy.posix.net;

import dev.understudy.posix.BootClock;
import dev.understudy.posix.ErrnoException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Serves descriptors, timers and posted tasks on one platform thread.
///
/// Everything registered is called on the loop's thread, one thing at a time, so that state owned
/// by a loop needs no lock. A call must not block. Registration and timers belong to the loop's
/// thread (or to the time before it runs); [#execute], [#schedule] and [#stop] may come from any
/// thread. An event costs no allocation; a posted task costs what its lambda costs.
public final class EventLoop implements AutoCloseable {
    /// Something can be read; the bits are those of linux/eventpoll.h.
    public static final int READ = 0x1;

    /// Something can be written.
    public static final int WRITE = 0x4;

    /// Reported without being asked for.
    public static final int ERROR = 0x8;

    /// Reported without being asked for: both directions are closed.
    public static final int HANGUP = 0x10;

    /// The other side will write no more.
    public static final int READ_CLOSED = 0x2000;

    /// Called when a descriptor is ready.
    @FunctionalInterface
    public interface Handler {
        /// Acts on a descriptor that is ready; runs on the loop's thread and must not block.
        ///
        /// @param fd the descriptor
        /// @param ready bits of [#READ], [#WRITE], [#ERROR], [#HANGUP], [#READ_CLOSED]
        void ready(int fd, int ready);
    }

    /// A timer that can be armed again and again without allocation; made by [EventLoop#timer].
    public static final class Timer {
        private final EventLoop loop;
        private final Runnable task;
        private long dueNs;
        private int slot = -1;

        private Timer(EventLoop loop, Runnable task) {
            this.loop = loop;
            this.task = task;
        }

        /// Arms the timer, or moves it when it is armed. On the loop's thread.
        public void armNs(long delayNs) {
            loop.timers.remove(this);
            dueNs = loop.nowNs() + Math.max(0, delayNs);
            loop.timers.add(this);
        }

        /// Disarms the timer. On the loop's thread.
        public void disarm() {
            loop.timers.remove(this);
        }

        /// Tells whether the timer will fire. On the loop's thread.
        public boolean isArmed() {
            return slot >= 0;
        }

        /// Disarms the timer from any thread; it may fire once more while the request travels.
        public void cancel() {
            if (loop.isInLoop()) {
                disarm();
            } else {
                loop.execute(this::disarm);
            }
        }
    }

    private static final class Registration {
        private final Handler handler;
        private final long token;

        Registration(Handler handler, long token) {
            this.handler = handler;
            this.token = token;
        }
    }

    private final String name;
    private final Consumer<Throwable> onFault;
    private final Epoll epoll;
    private final TimerHeap timers = new TimerHeap();
    private @Nullable Registration[] registrations = new @Nullable Registration[64];
    private int generation;

    private final Object inboxLock = new Object();
    private ArrayList<Runnable> inbox = new ArrayList<>();
    private ArrayList<Runnable> running = new ArrayList<>();
    private boolean isWoken;
    private boolean isClosed;

    private volatile boolean isStopping;
    private volatile @Nullable Thread thread;

    /// Opens the loop; it serves from [#start] or [#run] on.
    ///
    /// @param name the thread's name
    /// @param onFault told, on the loop's thread, what a handler or task threw; the loop goes on
    public EventLoop(String name, Consumer<Throwable> onFault) throws ErrnoException {
        this.name = name;
        this.onFault = onFault;
        this.epoll = new Epoll();
        epoll.add(epoll.wakeFd(), READ, epoll.wakeFd());
    }

    /// Runs the loop on a new platform thread (a down-call pins its carrier: no virtual thread
    /// here).
    public Thread start() {
        Thread started = Thread.ofPlatform().name(name).unstarted(this::run);
        thread = started;
        started.start();
        return started;
    }

    /// Runs the loop on the calling thread until [#stop].
    public void run() {
        thread = Thread.currentThread();
        while (!isStopping) {
            long waitNs = timers.isEmpty() ? -1 : Math.max(0, timers.first().dueNs - nowNs());
            try {
                dispatch(epoll.await(waitNs));
            } catch (ErrnoException e) {
                throw new IllegalStateException("event loop " + name, e);
            }
            fireTimers();
        }
        runTasks(); // what was posted before the stop is still done
        thread = null;
    }

    /// Registers a descriptor. The loop does not own it: unregister before closing it.
    ///
    /// @param interest bits of [#READ], [#WRITE], [#READ_CLOSED]; level-triggered
    public void register(int fd, int interest, Handler handler) throws ErrnoException {
        if (fd >= registrations.length) {
            registrations = Arrays.copyOf(registrations, Math.max(fd + 1, fd * 2));
        }
        if (registrations[fd] != null) {
            throw new IllegalStateException("descriptor " + fd + " is registered already");
        }
        // The generation keeps an event of a closed descriptor from reaching its successor.
        long token = ((long) ++generation << 32) | fd;
        epoll.add(fd, interest, token);
        registrations[fd] = new Registration(handler, token);
    }

    /// Changes the interest in a registered descriptor; 0 leaves errors and hang-ups only.
    public void modify(int fd, int interest) throws ErrnoException {
        Registration registration = registered(fd);
        epoll.modify(fd, interest, registration.token);
    }

    /// Ends the registration; events already gathered for the descriptor are not delivered.
    public void unregister(int fd) throws ErrnoException {
        registered(fd);
        registrations[fd] = null;
        epoll.remove(fd);
    }

    /// Tells whether the descriptor is registered.
    public boolean isRegistered(int fd) {
        return fd < registrations.length && registrations[fd] != null;
    }

    /// Posts a task to the loop's thread; any thread. Tasks run in the order of posting.
    ///
    /// @return false when the loop is closed and the task will never run
    public boolean execute(Runnable task) {
        synchronized (inboxLock) {
            if (isClosed) {
                return false;
            }
            inbox.add(task);
            if (isWoken) {
                return true;
            }
            isWoken = true;
            epoll.wake(); // under the lock: close() must not free the descriptor meanwhile
        }
        return true;
    }

    /// Runs a task once after a delay; any thread.
    public Timer schedule(long delayNs, Runnable task) {
        Timer timer = timer(task);
        if (isInLoop()) {
            timer.armNs(delayNs);
        } else {
            long dueNs = nowNs() + delayNs;
            execute(() -> timer.armNs(dueNs - nowNs()));
        }
        return timer;
    }

    /// Makes a timer to be armed later, repeatedly.
    public Timer timer(Runnable task) {
        return new Timer(this, task);
    }

    /// Gives the loop's clock: monotonic nanoseconds, only differences mean something.
    public long nowNs() {
        return BootClock.nowNs();
    }

    /// Tells whether the caller is on the loop's thread.
    public boolean isInLoop() {
        Thread runner = thread;
        return runner != null && runner.threadId() == Thread.currentThread().threadId();
    }

    /// Lets [#run] end after the current round; any thread.
    public void stop() {
        isStopping = true;
        execute(() -> {});
    }

    /// Stops the loop, waits for its thread and frees it. Not on the loop's thread.
    @Override
    public void close() {
        if (isInLoop()) {
            throw new IllegalStateException("close event loop " + name + " from another thread");
        }
        stop();
        Thread runner = thread;
        if (runner != null) {
            joinUninterruptibly(runner);
        }
        synchronized (inboxLock) {
            if (isClosed) {
                return;
            }
            isClosed = true;
            epoll.close();
        }
    }

    private static void joinUninterruptibly(Thread runner) {
        boolean interrupted = false;
        while (true) {
            try {
                runner.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void dispatch(int count) {
        for (int i = 0; i < count; i++) {
            long token = epoll.token(i);
            int fd = (int) token;
            if (token == epoll.wakeFd()) {
                epoll.drainWake();
                runTasks();
                continue;
            }
            Registration registration = registrations[fd];
            if (registration == null || registration.token != token) {
                continue; // unregistered by an earlier handler of this round
            }
            try {
                registration.handler.ready(fd, epoll.bits(i));
            } catch (Throwable t) {
                onFault.accept(t);
            }
        }
    }

    private void runTasks() {
        synchronized (inboxLock) {
            isWoken = false;
            ArrayList<Runnable> posted = inbox;
            inbox = running;
            running = posted;
        }
        for (int i = 0; i < running.size(); i++) {
            runOne(running.get(i));
        }
        running.clear();
    }

    private void fireTimers() {
        if (timers.isEmpty()) {
            return;
        }
        long nowNs = nowNs();
        while (!timers.isEmpty() && timers.first().dueNs - nowNs <= 0) {
            Timer timer = timers.first();
            timers.remove(timer);
            runOne(timer.task);
        }
    }

    private void runOne(Runnable task) {
        try {
            task.run();
        } catch (Throwable t) {
            onFault.accept(t);
        }
    }

    private Registration registered(int fd) {
        Registration registration = fd < registrations.length ? registrations[fd] : null;
        if (registration == null) {
            throw new IllegalStateException("descriptor " + fd + " is not registered");
        }
        return registration;
    }

    /// A binary heap that knows each timer's place, so that removal needs no search.
    private static final class TimerHeap {
        private @Nullable Timer[] heap = new @Nullable Timer[32];
        private int size;

        boolean isEmpty() {
            return size == 0;
        }

        Timer first() {
            return at(0);
        }

        void add(Timer timer) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            size++;
            up(size - 1, timer);
        }

        void remove(Timer timer) {
            int slot = timer.slot;
            if (slot < 0) {
                return;
            }
            timer.slot = -1;
            size--;
            Timer last = at(size);
            heap[size] = null;
            if (last != timer) {
                down(slot, last);
                if (last.slot == slot) {
                    up(slot, last);
                }
            }
        }

        private void up(int from, Timer timer) {
            int slot = from;
            while (slot > 0) {
                int parent = (slot - 1) >>> 1;
                Timer above = at(parent);
                if (above.dueNs - timer.dueNs <= 0) {
                    break;
                }
                put(slot, above);
                slot = parent;
            }
            put(slot, timer);
        }

        private void down(int from, Timer timer) {
            int slot = from;
            while (2 * slot + 1 < size) {
                int child = 2 * slot + 1;
                if (child + 1 < size && at(child + 1).dueNs - at(child).dueNs < 0) {
                    child++;
                }
                if (at(child).dueNs - timer.dueNs >= 0) {
                    break;
                }
                put(slot, at(child));
                slot = child;
            }
            put(slot, timer);
        }

        private void put(int slot, Timer timer) {
            heap[slot] = timer;
            timer.slot = slot;
        }

        private Timer at(int slot) {
            Timer timer = heap[slot];
            if (timer == null) {
                throw new IllegalStateException("timer heap slot " + slot + " is empty");
            }
            return timer;
        }
    }
}
