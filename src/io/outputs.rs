//! Several files in one folder and those below it that appear together, after all of them have been written.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::atomic::{new_file, unwritable};
use crate::error::Error;

/// Files on their way into a folder: temporary until [`Unfinished::finish`], gone if it is never reached.
#[derive(Debug)]
pub struct Unfinished {
    folder: PathBuf,
    /// Closed, so that there may be more of them than a process may have open.
    files: Vec<(tempfile::TempPath, PathBuf)>,
    /// Folders that were not there before, outermost first: they go if they stay empty.
    created: Vec<PathBuf>,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        self.files.clear();
        for folder in self.created.iter().rev() {
            // One with something in it stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

impl Unfinished {
    /// Begins, creating the folder where there is none.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where the folder cannot be created.
    pub fn in_folder(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref().to_owned();
        let mut unfinished = Self { folder: folder.clone(), files: Vec::new(), created: Vec::new() };
        unfinished.create(&folder)?;
        Ok(unfinished)
    }

    /// Creates a folder and those it stands in, as far as they are not there.
    fn create(&mut self, folder: &Path) -> Result<(), Error> {
        let missing: Vec<&Path> =
            folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        self.created.extend(missing.into_iter().rev().map(Path::to_owned));
        Ok(())
    }

    /// Writes one file, under a temporary name. The name may begin with folders (`tables/table-001.md`).
    ///
    /// # Errors
    /// [`Error::Unreadable`] where it cannot be written.
    pub fn write(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let path = self.folder.join(name);
        let written = || -> io::Result<tempfile::TempPath> {
            let mut file = new_file(&self.folder)?;
            let mut writer = BufWriter::new(file.as_file_mut());
            write(&mut writer)?;
            writer.flush()?;
            drop(writer);
            file.as_file().sync_all()?;
            Ok(file.into_temp_path())
        };
        let file = written().map_err(|error| unwritable(&path, &error))?;
        self.files.push((file, path));
        Ok(())
    }

    /// Gives every file its name, replacing what was there.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where a file cannot be renamed.
    pub fn finish(mut self) -> Result<(), Error> {
        // What stands in the way is found before anything has its name.
        let folders: std::collections::BTreeSet<PathBuf> =
            self.files.iter().filter_map(|(_, path)| path.parent()).map(Path::to_owned).collect();
        for folder in &folders {
            self.create(folder)?;
        }
        if let Some((_, path)) = self.files.iter().find(|(_, path)| path.is_dir()) {
            let error = io::Error::new(io::ErrorKind::IsADirectory, "a folder has this name");
            return Err(unwritable(path, &error));
        }
        for (file, path) in std::mem::take(&mut self.files) {
            file.persist(&path).map_err(|error| unwritable(&path, &error.error))?;
        }
        Ok(())
    }
}
